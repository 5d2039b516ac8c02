"""Callflows: the documents, and what calls need of them in memory."""
