"""`python -m neuroscript`, the same as the command `neuroscript`."""

from neuroscript.cli import main

main()
