"""`python -m digestgen` is `digestgen`."""

from digestgen.cli import main

main()
