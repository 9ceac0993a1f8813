def focal(predictions, targets):
    return (predictions - targets).abs().mean()
