"""Asterisk's REST interface as callcontrol uses it: one WebSocket that Asterisk opens to us, REST and events on the
same socket.
"""
