/** Service plans as documents: their items, in the order people read them, and what an item without a name is called. */
import i18n from "@/i18n";

export interface PlanItem {
  name?: string;
  rate?: number | string;
  activation_charge?: number | string;
  cascade?: boolean;
  [key: string]: unknown;
}

export interface ServicePlan {
  id?: string;
  name: string;
  description?: string;
  plan: Record<string, Record<string, PlanItem>>;
  /** The rate deck by which accounts with the plan pay for calls. */
  ratedeck?: { id?: string | null; [key: string]: unknown };
  [key: string]: unknown;
}

/** What can be priced and is offered to be added, by category. */
export const PRICEABLE = {
  users: ["_all", "admin", "user"],
  devices: ["_all", "sip_device", "softphone", "cellphone", "fax"],
  phone_numbers: ["_all", "did_us", "tollfree_us", "international"],
  number_services: ["e911", "outbound_cnam", "inbound_cnam", "port"],
  voicemails: ["_all"],
  conferences: ["_all"],
  faxboxes: ["_all"],
  limits: ["twoway_trunks", "inbound_trunks", "outbound_trunks"],
} as const;

/** The items of a plan, by category and key. */
export function itemsOf(plan: ServicePlan): { category: string; key: string; item: PlanItem }[] {
  return Object.entries(plan.plan ?? {}).flatMap(([category, items]) => Object.entries(items).map(([key, item]) => ({ category, key, item })));
}

/** What an item without a name of its own is called; the words of the folder `office` must have been read. */
export function itemName(category: string, key: string): string {
  const say = (path: string, fallback: string) => i18n.t(path as "retry", { ns: "office", defaultValue: fallback });
  const kind = say(`category.${category}`, category);
  return key === "_all" ? kind : `${kind}: ${say(`item.${key}`, key)}`;
}

/** The name of an item on an invoice; the API writes "users/_all" for one that has none. */
export function shownName({ category, item, name }: { category: string; item: string; name: string }): string {
  return name && name !== `${category}/${item}` ? name : itemName(category, item);
}
