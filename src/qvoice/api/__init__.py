"""The API process: REST in the Crossbar dialect, the event socket, the portal's files."""
