/** The states of an order in the order of its way, and how the desk is looked at; apart, because addresses are checked before a page's code is loaded. */
export const STATES = ["unconfirmed", "submitted", "pending", "scheduled", "completed", "rejected", "canceled"] as const;
export type State = (typeof STATES)[number];
export const VIEWS = ["board", "calendar", "leaving"] as const;
export type View = (typeof VIEWS)[number];
