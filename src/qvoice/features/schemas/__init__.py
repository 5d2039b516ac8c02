"""JSON schemas of documents and callflow modules, made from their models."""
