"""The ledger: who owes whom what, entry by entry, and what is reserved for running calls (docs/handbook/money.md).

`post` writes an entry, `holds` reserve for calls, `queries` read. The database refuses everything else.
"""
