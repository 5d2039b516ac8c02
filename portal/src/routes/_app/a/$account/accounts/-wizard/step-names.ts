/** The wizard's steps; apart, because addresses are checked before a page's code is loaded. */
export const STEPS = ["account", "people", "features", "plan", "limits"] as const;
export type Step = (typeof STEPS)[number];
