/** The features of a user and the tabs of its panel, by name; apart, because the page's address is checked before its code is loaded. */
export const FEATURES = ["forward", "findMe", "disturb", "voicemail", "callerId", "hotdesk", "conference", "music", "recording"] as const;
export type Feature = (typeof FEATURES)[number];

export const TABS = ["features", "numbers", "devices", "account"] as const;
export type Tab = (typeof TABS)[number];
