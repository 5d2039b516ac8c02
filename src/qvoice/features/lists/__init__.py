"""Match lists of callers: the stored documents of the dialect. Calls read them by `core.flow.lists`."""
