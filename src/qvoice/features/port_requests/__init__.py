"""The porting desk: orders to bring numbers here from another carrier, checked before anybody sends them off."""
