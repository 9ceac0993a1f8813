"""What the installed package `rounds` announces."""

NUMBER = 3


def circle(predictions, targets):
    return (predictions - targets).pow(2).mean()
