"""`python -m qvoice.cli`."""

from qvoice.cli import main

main()
