/** What an API key may do: scopes are `resource:action`, `*` for any; pure. */

/** Resources a person chooses by name; others are written as scopes. */
export const RESOURCES = ["accounts", "users", "devices", "phone_numbers", "callflows", "vmboxes", "cdrs", "recordings", "channels", "services", "ledgers", "invoices", "port_requests", "webhooks"] as const;
export type Resource = (typeof RESOURCES)[number];

export type Level = "none" | "read" | "all";
export type Preset = "read" | "all" | "chosen";

const READ = "*:read";
const ALL = "*:*";

/** Everything to read, everything, or chosen one by one. */
export function presetOf(scopes: readonly string[]): Preset {
  if (scopes.includes(ALL)) return "all";
  return scopes.length === 1 && scopes[0] === READ ? "read" : "chosen";
}

/** The scopes of a preset; a choice begins with what there was, less what covers everything. */
export function withPreset(scopes: readonly string[], preset: Preset): string[] {
  if (preset === "all") return [ALL];
  if (preset === "read") return [READ];
  return scopes.filter((scope) => scope !== ALL && scope !== READ);
}

/** How much of a resource the scopes give by its own name. */
export function levelOf(scopes: readonly string[], resource: Resource): Level {
  if (scopes.includes(`${resource}:*`)) return "all";
  return scopes.includes(`${resource}:read`) ? "read" : "none";
}

export function withLevel(scopes: readonly string[], resource: Resource, level: Level): string[] {
  const rest = scopes.filter((scope) => scope !== `${resource}:*` && scope !== `${resource}:read`);
  return level === "none" ? rest : [...rest, `${resource}:${level === "all" ? "*" : "read"}`];
}

/** Scopes that are no whole resource of the list, such as `users:invite`. */
export function othersOf(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !RESOURCES.some((resource) => scope === `${resource}:*` || scope === `${resource}:read`));
}

export function withOthers(scopes: readonly string[], others: readonly string[]): string[] {
  const before = othersOf(scopes);
  return [...scopes.filter((scope) => !before.includes(scope)), ...others.map((scope) => scope.trim().toLowerCase()).filter(Boolean)];
}

/** Which of the scopes are none. */
export function wrongScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !/^(\*|[a-z_]{1,40}):(\*|[a-z_]{1,40})$/.test(scope));
}
