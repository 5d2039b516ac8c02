"""`python -m qvoice.cli`."""

from qvoice.cli import main

if __name__ == "__main__":  # and not in a process that multiprocessing spawns
    main()
