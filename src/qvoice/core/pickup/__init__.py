"""Taking a call that rings or is talked elsewhere: whose call it is, who may, and which of several."""
