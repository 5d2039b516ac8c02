"""Call detail records: one for every leg, written by callcontrol, read by the API."""
