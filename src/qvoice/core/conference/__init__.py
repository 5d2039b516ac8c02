"""Conference rooms: who is let in, who is heard, and what is announced."""
