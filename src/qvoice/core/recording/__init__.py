"""Recording of calls: who asks for it, and how. No I/O."""
