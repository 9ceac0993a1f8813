"""Columns kept in files, so that data are read once and need not fit into memory."""
