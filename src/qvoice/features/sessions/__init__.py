"""Who is logged in where, and ending that."""
