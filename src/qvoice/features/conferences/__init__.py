"""Conference rooms: the stored documents of the dialect. What a call does with them comes with a later issue."""
