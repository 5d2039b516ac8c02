"""Who is asking: passwords, tokens, API keys, and the one dependency (`permit`) that every route declares its
permission with.
"""
