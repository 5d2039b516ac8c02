/** The parts of an account's page; apart, because addresses are checked before a page's code is loaded. */
export const TABS = ["summary", "people", "numbers", "plan", "money", "limits", "fraud", "entry", "audit"] as const;
export type Tab = (typeof TABS)[number];
