"""Where a loss that is no number comes from: the batch, the weights, a layer or its gradient."""
