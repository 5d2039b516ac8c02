"""A SIP user agent for tests: real packets, measured audio, and every assertion with a deadline.

`ua.UserAgent` registers and calls, `call.Call` is one dialog, `rtp.RtpSession` plays and measures sound, `until` waits.
"""

from tests.sip.agent.call import Call
from tests.sip.agent.message import Message
from tests.sip.agent.rtp import RtpSession
from tests.sip.agent.ua import UserAgent
from tests.sip.agent.wait import until

__all__ = ["Call", "Message", "RtpSession", "UserAgent", "until"]
