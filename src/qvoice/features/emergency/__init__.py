"""Emergency calls (B7): the record that nobody can change, who is told, and which phone a call-back must reach."""
