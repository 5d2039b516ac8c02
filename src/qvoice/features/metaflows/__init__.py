"""Keys that do something during a call, as a part of accounts', users' and devices' documents (kazoo.md 6.4)."""
