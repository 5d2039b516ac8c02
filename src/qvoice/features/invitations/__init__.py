"""Links that log somebody in once, without a password: invitations to the platform and forgotten passwords (A9, A10).

Reading a link's page changes nothing (mail scanners open every link); pressing the button on it does.
"""
