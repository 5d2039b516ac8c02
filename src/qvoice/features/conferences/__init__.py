"""Conference rooms: their documents, who may enter by phone, and what the API does with a room that is open."""
