def each(predictions, targets):
    return (predictions - targets).abs()
