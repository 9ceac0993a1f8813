"""What `auto` stands for: a learning rate and a batch size that are tried out before training."""
