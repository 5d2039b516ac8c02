"""Devices: what rings and registers. Their SIP credentials are found by the edge in this table's typed columns."""
