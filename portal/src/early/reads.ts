/**
 * What each page reads of the API when it is opened by its address, so that the early script can ask before the page's code is there. A
 * page that is not listed, or reads more, asks for itself as ever; an answer that nobody takes up would be a request for nothing, which
 * the benchmark (bench/portal.mjs) refuses.
 */
const all = (collection: string) => `/${collection}?paginate=false`;
const DEVICES = `${all("devices")}&with_status=true`;
const TARGETS = ["users", "callflows", "vmboxes", "directories", "groups", "conferences", "devices", "menus", "media"].map(all);
const MAIN_NUMBER = [all("menus"), `${all("temporal_rules")}&has_key=type`];

/** What the frame reads, after the account's own URL. The page's own come before it: they are what one waits for. */
const FRAME = ["", "/tree", "/apps_store", all("channels")];
/** By the page's address; `*` stands for an id, which is put in the place of it. */
const PAGES: Record<string, readonly string[]> = {
  dashboard: [all("callflows"), all("users"), DEVICES, all("phone_numbers"), ...MAIN_NUMBER, "/fraud"],
  "main-number": [...TARGETS, `${all("temporal_rules")}&has_key=type`],
  users: [all("users"), all("callflows"), all("vmboxes"), DEVICES],
  groups: [all("groups"), all("callflows")],
  devices: [DEVICES, all("users")],
  voicemail: [all("vmboxes"), all("users")],
  conferences: [all("phone_numbers"), all("callflows"), all("conferences"), all("users")],
  music: [all("media")],
  numbers: [all("phone_numbers"), ...TARGETS],
  "caller-id": [all("phone_numbers")],
  "feature-codes": [all("callflows")],
  calls: [],
  callflows: ["/callflows/modules", all("callflows"), all("users")],
  "callflows/*": ["/callflows/*", "/callflows/modules"],
  menus: [all("menus")],
  media: [all("media")],
  schedules: [all("temporal_rules"), all("temporal_rules_sets")],
  settings: [],
  overview: ["/overview"],
  accounts: ["/children?ascending=true&page_size=200"],
  inventory: [all("phone_numbers")],
  porting: ["/descendants/port_requests"],
  trunks: [all("resources"), "/resources/status", all("callflows")],
  plans: [all("service_plans")],
  rates: [all("ratedecks")],
  invoices: ["/descendants/invoices"],
};

/** The URLs that the page at `address` (users, callflows/3f2…) reads first, in an account, for somebody whose own account is `home`. */
export function readsOf(address: string, account: string, home: string): string[] {
  const [, id] = /^callflows\/([^/]+)$/.exec(address) ?? [];
  const reads = (id ? PAGES["callflows/*"]?.map((url) => url.replace("*", id)) : PAGES[address]) ?? [];
  const base = `/v2/accounts/${account}`;
  return [...new Set([...reads, ...FRAME].map((url) => base + url)), ...(home === account ? [] : [`/v2/accounts/${home}`])];
}
