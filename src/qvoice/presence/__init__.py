"""The process that tells phones what their lamps show: it keeps their subscriptions (docs/handbook/presence.md)."""
