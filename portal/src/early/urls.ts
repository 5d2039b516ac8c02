/** What pages say in their -reads.ts: URLs below the account's own, as the pages' queries write them. */
export type Reads = readonly string[];

/** A whole collection. */
export const all = (collection: string) => `/${collection}?paginate=false`;
export const DEVICES = `${all("devices")}&with_status=true`;
/** What `useTargets` reads: everything that a call can be sent to. */
export const TARGETS: Reads = ["users", "callflows", "vmboxes", "directories", "groups", "conferences", "devices", "menus", "media"].map(all);
/** The schedules that the SmartPBX pages made. */
export const OWN_RULES = `${all("temporal_rules")}&has_key=type`;
