"""Which neuron, port or value a name means."""
