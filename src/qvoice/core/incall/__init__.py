"""What may be done to a live conversation, by in-call keys (metaflows), by the API. No I/O."""
