"""Bulk work that takes long: a file's rows judged before anything is written, then done in the background with
progress, resumed after a crash, with a result file (A8, A11).

A feature declares its bulk actions in `bulk.py`: `ACTIONS = [RowsAction(...), FileAction(...)]` (see `action.py`).
"""
