"""What a config names outside itself: files, neuron, parameters, components."""
