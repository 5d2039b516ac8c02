"""Small pieces that know nothing of telephony: ids, clock, errors, settings, logging (at most 12 files)."""
