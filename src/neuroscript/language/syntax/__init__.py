"""Text to syntax tree: layout, grammar, nodes."""
