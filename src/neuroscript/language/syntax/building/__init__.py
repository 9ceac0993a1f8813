"""From the tree of the grammar to ours: one method a rule of the grammar that has a node."""
