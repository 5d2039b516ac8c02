"""The worker: loops that belong to no request and no call, found in `features/*/jobs.py`."""
