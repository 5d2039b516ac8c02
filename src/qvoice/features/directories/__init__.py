"""Dial-by-name directories. Who is in one is written on each user: `directories: {<directory>: <callflow>}`."""
