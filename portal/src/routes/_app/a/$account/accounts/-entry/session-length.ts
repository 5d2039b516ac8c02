/** How long a session lasts: what the account set, and the most that it and the accounts above allow. Pure. */
interface SignIn {
  multi_factor?: { enabled?: boolean; include_subaccounts?: boolean };
  token_auth_expiry_s?: number;
  max_token_auth_expiry_s?: number | null;
}

/** The answer of the API's `security`. */
export interface Security {
  account: { auth_modules?: { cb_user_auth?: SignIn } };
  inherited_config: { auth_modules: { cb_user_auth: { multi_factor: { enabled: boolean }; token_auth_expiry_s: number; max_token_auth_expiry_s: number } } };
}

/** Seconds that are offered. */
const LENGTHS = [900, 3_600, 28_800, 86_400, 604_800, 2_592_000];

/** The form's two fields. */
export function lengthsOf({ account }: Security): { life: string; most: string } {
  const { token_auth_expiry_s: life, max_token_auth_expiry_s: most } = account.auth_modules?.cb_user_auth ?? {};
  return { life: life ? String(life) : "", most: most ? String(most) : "" };
}

/** The most that a session may last; `most`: what is being typed for the account itself. */
export function ceilingOf({ account, inherited_config: held }: Security, most: string): number {
  const { max_token_auth_expiry_s: all } = held.auth_modules.cb_user_auth;
  const own = account.auth_modules?.cb_user_auth?.max_token_auth_expiry_s;
  // What holds counts the account's own too: while it is the smallest, those above may allow more, and the API has the last word.
  const above = own && own <= all ? Number.POSITIVE_INFINITY : all;
  return Math.min(above, most ? Number(most) : Number.POSITIVE_INFINITY);
}

/** What can be chosen: nothing longer than the ceiling, and what is set already whatever it is. */
export function choices(now: string, ceiling: number): number[] {
  const offered = LENGTHS.filter((seconds) => seconds <= ceiling);
  const set = Number(now);
  return set && !offered.includes(set) ? [...offered, set].toSorted((one, other) => one - other) : offered;
}

/** A length in its largest whole unit. */
export function lengthIn(seconds: number): { unit: "minute" | "hour" | "day"; count: number } {
  if (seconds % 86_400 === 0) return { unit: "day", count: seconds / 86_400 };
  if (seconds % 3_600 === 0) return { unit: "hour", count: seconds / 3_600 };
  return { unit: "minute", count: Math.round(seconds / 60) };
}
