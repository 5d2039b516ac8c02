"""Guards against fraud: what they are set to, locks, and the log of what locked and unlocked an account, and why."""
