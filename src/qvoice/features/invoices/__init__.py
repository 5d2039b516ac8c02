"""Invoices: what stands in an account's ledger for a month, numbered, as JSON, CSV and PDF (C6)."""
