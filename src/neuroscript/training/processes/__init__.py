"""Training in several processes: which one this is, what they share, how they end together."""
