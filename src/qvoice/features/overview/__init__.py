"""What a provider looks at first: the accounts below, their calls now and of the last day, and what needs attention."""
