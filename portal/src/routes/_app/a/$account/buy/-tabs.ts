/** The parts of the page; apart, because addresses are checked before a page's code is loaded. */
export const TABS = ["search", "orders", "carriers"] as const;
export type Tab = (typeof TABS)[number];
export const KINDS = ["local", "tollfree", "international"] as const;
