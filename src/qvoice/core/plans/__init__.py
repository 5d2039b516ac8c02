"""Service plans: what quantities of things cost (kazoo.md 5.4). Pure: quantities in, prices out."""
