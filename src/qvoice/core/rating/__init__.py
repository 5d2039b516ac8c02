"""What a call costs: rates by longest prefix, the cost of so many seconds, and each level of the account tree."""
