"""Media, voicemail, trunks and the other documents through the REST API, as clients use it."""
