"""What flows tell people (mail) and machines (web addresses): written down first, sent by the worker, tried again."""
