"""The live event stream: one WebSocket per client, events of one account each subscription, fed by the database's
notices.
"""
