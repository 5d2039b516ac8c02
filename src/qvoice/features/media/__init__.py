"""Media: the account's prompts, greetings and hold music. Uploads are sniffed, converted in a sandbox and kept in
PostgreSQL.
"""
