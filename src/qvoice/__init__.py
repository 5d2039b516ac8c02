"""QVOICE: a multi-tenant cloud phone system for service providers."""

__version__ = "0.1.0"
