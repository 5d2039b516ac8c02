"""What the asker may do in an account, for clients that offer only what would not be refused (A7, G1)."""
