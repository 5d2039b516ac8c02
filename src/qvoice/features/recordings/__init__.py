"""Recordings of calls: kept from the node's disk, listed, heard, deleted, copied to a customer's web server."""
