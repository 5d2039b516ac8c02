/** The times of day a main number knows; apart, because every page's address is checked before its code is loaded. */
export const PERIODS = ["open", "lunch", "after", "holidays"] as const;
export type Period = (typeof PERIODS)[number];
