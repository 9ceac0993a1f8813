"""Going on with a run that was stopped: which one, from where, and whether it is still the same."""
