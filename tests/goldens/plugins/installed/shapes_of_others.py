"""What the installed package `shapes` announces."""

NUMBER = 3


def circle(predictions, targets):
    return (predictions - targets).pow(2).mean()
