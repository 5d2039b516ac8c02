"""Allotments: minutes that an account has in each cycle by the class of the numbers called (kept here; taken by calls
as bundles of plans are: core.rating.allotment).
"""
