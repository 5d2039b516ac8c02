/** What the wizard collects, and the one request it becomes; pure. */
import type { Limits } from "@/office/limits-fields";
import { NEW_LIMITS } from "@/office/limits-fields";
import { isRealm } from "@/office/realm";

import type { Step } from "./step-names";

export { type Step, STEPS } from "./step-names";

/** Parts of the portal that an account may do without; the names are the API's. */
export const APPS = ["voip", "callflows"] as const;
/** Classes of numbers that may be barred, those that cost first. */
export const CLASSES = ["international", "toll_us", "caribbean"] as const;

export interface NewAccount {
  name: string;
  realm: string;
  timezone: string;
  language: string;
  country: string;
  reseller: boolean;
  contact: { billing: Partial<Record<"street_address" | "street_address_extra" | "locality" | "region" | "postal_code" | "country", string>> };
  admin: { first_name: string; last_name: string; email: string };
  apps: Record<(typeof APPS)[number], boolean>;
  calls: Record<(typeof CLASSES)[number], boolean>;
  /** The service plan, empty for none, and special prices by "category/item". */
  plan: { id: string; name: string; prices: Record<string, number> };
  limits: Limits;
}

/** A new account's defaults: safe ones, so that one may leave every step as it is. */
export function blank(zone: string, language: string, country: string): NewAccount {
  return {
    name: "",
    realm: "",
    timezone: zone,
    language,
    country,
    reseller: false,
    contact: { billing: { country } },
    admin: { first_name: "", last_name: "", email: "" },
    apps: { voip: true, callflows: true },
    calls: { international: false, toll_us: false, caribbean: false },
    plan: { id: "", name: "", prices: {} },
    limits: NEW_LIMITS,
  };
}

/** What is wrong with one step, as kind of problem by path. */
export function wrongIn(step: Step, { name, realm, timezone, admin }: NewAccount): Record<string, "required" | "realmWrong" | "emailWrong"> {
  switch (step) {
    case "account":
      return {
        ...(name.trim() ? {} : { name: "required" }),
        ...(isRealm(realm.trim()) ? {} : { realm: "realmWrong" }),
        ...(timezone ? {} : { timezone: "required" }),
      };
    case "people":
      return /^\S+@\S+\.\S+$/.test(admin.email.trim()) ? {} : { "admin.email": admin.email.trim() ? "emailWrong" : "required" };
    default:
      return {};
  }
}

/** The step a field of a refusal belongs to. */
export function stepOf(path: string): Step {
  if (path.startsWith("admin") || path.startsWith("contact")) return "people";
  if (path.startsWith("limits")) return "limits";
  if (path.startsWith("service_plans")) return "plan";
  return path.startsWith("hidden_apps") || path.startsWith("call_restriction") ? "features" : "account";
}

/** Special prices as the API takes them: {category: {item: {rate}}}. */
function special(prices: Record<string, number>): Record<string, Record<string, { rate: number }>> {
  const found: Record<string, Record<string, { rate: number }>> = {};
  for (const [key, rate] of Object.entries(prices)) {
    const [category = "", item = ""] = key.split("/");
    (found[category] ??= {})[item] = { rate };
  }
  return found;
}

const filled = <T extends object>(part: T) => Object.fromEntries(Object.entries(part).flatMap(([key, value]) => (typeof value === "string" && !value.trim() ? [] : [[key, typeof value === "string" ? value.trim() : value]])));

/** The body of the one PUT that makes it all. */
export function bodyOf(account: NewAccount): object {
  const { apps, calls, contact, admin, reseller, plan, limits, ...own } = account;
  return {
    ...filled(own),
    contact: { billing: filled(contact.billing) },
    call_restriction: Object.fromEntries(CLASSES.map((name) => [name, { action: calls[name] ? "inherit" : "deny" }])),
    admin: { ...filled(admin), username: admin.email.trim().toLowerCase() },
    hidden_apps: APPS.filter((name) => !apps[name]),
    limits: filled(limits),
    ...(plan.id ? { service_plans: { [plan.id]: special(plan.prices) } } : {}),
    ...(reseller ? { reseller } : {}),
  };
}
