"""Voicemail: boxes, their messages, PINs and greetings, and how a recording becomes a message that no crash can lose.
"""
