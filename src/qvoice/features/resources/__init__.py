"""Trunks: the account's (`accounts/A/resources`) and the system's (`/v2/resources` = the master account's) ways to
carriers.
"""
