def focal(predictions, targets, gamma=1.0):
    return (predictions - targets).abs().mean() ** gamma
