/** The parts of an account's page; apart, because addresses are checked before a page's code is loaded. */
export const TABS = ["summary", "people", "numbers", "plan", "money", "limits", "fraud", "entry", "audit"] as const;
export type Tab = (typeof TABS)[number];
/** The collections without which a part shows nothing. */
export const NEEDS: Record<Tab, readonly string[]> = {
  summary: ["accounts"],
  people: ["users"],
  numbers: ["phone_numbers"],
  plan: ["services"],
  money: ["ledgers"],
  limits: ["limits"],
  fraud: ["fraud"],
  entry: ["security"],
  audit: ["audit"],
};
