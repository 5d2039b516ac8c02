/** The states a number of one's own may be in; apart, because addresses are checked before a page's code is loaded. */
export const STATES = ["available", "in_service", "reserved", "aging", "port_in", "port_out", "released"] as const;
