/**
 * The areas and pages of the portal: one list for the rail, the page list, the phone's tab bar, the palette, the shortcuts and
 * the breadcrumb. A page is added by a line here, its route folder, and its words `page.<id>` (and `tab.<id>` when it is a tab).
 */
import {
  IconAsterisk,
  IconBriefcase,
  IconBuildingSkyscraper,
  IconBuildingStore,
  IconCalendarTime,
  IconChartBar,
  IconChartHistogram,
  IconCoins,
  IconDeviceLandlinePhone,
  IconFileInvoice,
  IconHash,
  IconHistory,
  IconId,
  IconLayoutDashboard,
  IconKey,
  IconLogin2,
  IconListNumbers,
  IconMusic,
  IconPhone,
  IconPhoneIncoming,
  IconReceipt,
  IconRecordMail,
  IconReplace,
  IconRoute,
  IconPalette,
  IconSettings,
  IconShieldLock,
  IconSitemap,
  IconUsers,
  IconUsersGroup,
  IconUsersPlus,
  IconWallet,
  IconWebhook,
  type Icon,
} from "@tabler/icons-react";

import { type Permissions, reads } from "@/api";

export type AreaId = "pbx" | "callflows" | "admin" | "company" | "settings";
export type SectionId = "people" | "calls" | "account" | "supply" | "money" | "billing" | "access" | "connect";
export type PageId =
  | "dashboard"
  | "main-number"
  | "users"
  | "conferences"
  | "groups"
  | "devices"
  | "voicemail"
  | "music"
  | "numbers"
  | "caller-id"
  | "feature-codes"
  | "calls"
  | "callflows"
  | "menus"
  | "media"
  | "schedules"
  | "overview"
  | "reports"
  | "accounts"
  | "inventory"
  | "buy"
  | "porting"
  | "trunks"
  | "plans"
  | "rates"
  | "invoices"
  | "webhooks"
  | "api-keys"
  | "balance"
  | "sign-in-rules"
  | "settings"
  | "branding"
  | "security";

export interface Place {
  page: PageId;
  area: AreaId;
  /** Pages of an area that belong together get a heading of their own. */
  section?: SectionId;
  to: `/a/$account/${PageId}`;
  icon: Icon;
  /** The second key of the "g …" shortcut. */
  key?: string;
  /** The collection that its lists and forms change (ui/may.tsx). */
  of?: string;
  /** The collections without which there is nothing to see; `of` when it says nothing. */
  reads?: readonly string[];
  /** On a phone: a tab of its own. The others are behind "More". */
  tab?: true;
}

export const PLACES: readonly Place[] = [
  { page: "dashboard", area: "pbx", to: "/a/$account/dashboard", icon: IconLayoutDashboard, key: "d", tab: true, reads: ["callflows", "users"] },
  { page: "main-number", area: "pbx", section: "calls", to: "/a/$account/main-number", icon: IconPhoneIncoming, key: "m", tab: true, of: "callflows", reads: ["callflows"] },
  { page: "users", area: "pbx", section: "people", to: "/a/$account/users", icon: IconUsers, key: "u", tab: true, of: "users", reads: ["users"] },
  { page: "conferences", area: "pbx", section: "calls", to: "/a/$account/conferences", icon: IconUsersGroup, of: "conferences" },
  { page: "groups", area: "pbx", section: "people", to: "/a/$account/groups", icon: IconUsersPlus, of: "groups" },
  { page: "devices", area: "pbx", section: "people", to: "/a/$account/devices", icon: IconDeviceLandlinePhone, of: "devices" },
  { page: "voicemail", area: "pbx", section: "people", to: "/a/$account/voicemail", icon: IconRecordMail, key: "v", of: "vmboxes" },
  { page: "music", area: "pbx", section: "calls", to: "/a/$account/music", icon: IconMusic, of: "accounts", reads: ["media"] },
  { page: "numbers", area: "pbx", section: "account", to: "/a/$account/numbers", icon: IconHash, of: "phone_numbers" },
  { page: "caller-id", area: "pbx", section: "account", to: "/a/$account/caller-id", icon: IconId, of: "accounts", reads: ["phone_numbers"] },
  { page: "feature-codes", area: "pbx", section: "calls", to: "/a/$account/feature-codes", icon: IconAsterisk, of: "callflows" },
  { page: "calls", area: "pbx", section: "account", to: "/a/$account/calls", icon: IconHistory, key: "c", tab: true, reads: ["cdrs"] },
  { page: "callflows", area: "callflows", to: "/a/$account/callflows", icon: IconSitemap, key: "f", of: "callflows" },
  { page: "menus", area: "callflows", to: "/a/$account/menus", icon: IconListNumbers, of: "menus" },
  { page: "media", area: "callflows", to: "/a/$account/media", icon: IconMusic, of: "media" },
  { page: "schedules", area: "callflows", to: "/a/$account/schedules", icon: IconCalendarTime, of: "temporal_rules" },
  { page: "overview", area: "admin", to: "/a/$account/overview", icon: IconChartHistogram, key: "o", tab: true, reads: ["overview"] },
  { page: "reports", area: "admin", to: "/a/$account/reports", icon: IconChartBar, reads: ["reports"] },
  { page: "accounts", area: "admin", to: "/a/$account/accounts", icon: IconBuildingSkyscraper, key: "a", tab: true, of: "accounts" },
  { page: "inventory", area: "admin", section: "supply", to: "/a/$account/inventory", icon: IconHash, key: "n", tab: true, of: "phone_numbers" },
  { page: "buy", area: "admin", section: "supply", to: "/a/$account/buy", icon: IconBuildingStore, key: "b", of: "carriers", reads: ["number_orders"] },
  { page: "porting", area: "admin", section: "supply", to: "/a/$account/porting", icon: IconReplace, of: "port_requests" },
  { page: "trunks", area: "admin", section: "supply", to: "/a/$account/trunks", icon: IconRoute, key: "t", of: "resources" },
  { page: "plans", area: "admin", section: "money", to: "/a/$account/plans", icon: IconReceipt, key: "p", of: "service_plans" },
  { page: "rates", area: "admin", section: "money", to: "/a/$account/rates", icon: IconCoins, key: "r", of: "ratedecks" },
  { page: "invoices", area: "admin", section: "money", to: "/a/$account/invoices", icon: IconFileInvoice, key: "i", of: "invoice_settings", reads: ["invoices"] },
  { page: "webhooks", area: "admin", section: "connect", to: "/a/$account/webhooks", icon: IconWebhook, key: "w", of: "webhooks" },
  { page: "api-keys", area: "admin", section: "connect", to: "/a/$account/api-keys", icon: IconKey, key: "k", of: "api_keys" },
  { page: "branding", area: "admin", to: "/a/$account/branding", icon: IconPalette, of: "whitelabel" },
  { page: "balance", area: "company", section: "billing", to: "/a/$account/balance", icon: IconWallet, reads: ["ledgers"] },
  { page: "invoices", area: "company", section: "billing", to: "/a/$account/invoices", icon: IconFileInvoice, key: "i", of: "invoice_settings", reads: ["invoices"] },
  { page: "sign-in-rules", area: "company", section: "access", to: "/a/$account/sign-in-rules", icon: IconLogin2, of: "security" },
  { page: "webhooks", area: "company", section: "connect", to: "/a/$account/webhooks", icon: IconWebhook, key: "w", of: "webhooks" },
  { page: "api-keys", area: "company", section: "connect", to: "/a/$account/api-keys", icon: IconKey, key: "k", of: "api_keys" },
  { page: "settings", area: "settings", to: "/a/$account/settings", icon: IconSettings, key: "s" },
  { page: "security", area: "settings", to: "/a/$account/security", icon: IconShieldLock },
];

/** The rail. An area without pages is not shown. */
export const AREAS: readonly { area: AreaId; icon: Icon }[] = [
  { area: "admin", icon: IconBuildingSkyscraper },
  { area: "pbx", icon: IconPhone },
  { area: "callflows", icon: IconSitemap },
  { area: "company", icon: IconBriefcase },
  { area: "settings", icon: IconSettings },
];

/** The application of the API's list that an area belongs to; an account may do without it. */
const APPS: Partial<Record<AreaId, string>> = { pbx: "voip", callflows: "callflows" };

export interface Asker {
  /** Their account may have others below it. */
  manages: boolean;
  /** They are an administrator in it. */
  administers: boolean;
  /** The account they act in is where administration happens: its business pages are those of the Admin area. */
  atOffice: boolean;
  /** The names of the applications that the account acted in has; undefined until read. */
  apps?: readonly string[];
  /** What they may do in the account acted in; undefined until read. */
  permissions?: Permissions;
}

/**
 * The places one may go to: only accounts that may have others below them administer accounts; an administrator sees the account's own
 * business (its balance, invoices, webhooks …), once; what is hidden from an account is not there, nor what one may not read. Who administers accounts sees all
 * applications, to set them up for them.
 */
export function placesFor({ manages, administers, atOffice, apps, permissions }: Asker): readonly Place[] {
  const office = new Set(PLACES.filter(({ area }) => area === "admin").map(({ page }) => page));
  return PLACES.filter(({ area, page, of, reads: needed = of ? [of] : [] }) => {
    if (!needed.every((collection) => reads(permissions, collection))) return false;
    if (area === "company") return administers && !(manages && atOffice && office.has(page));
    if (manages) return true;
    return area !== "admin" && (!apps || !APPS[area] || apps.includes(APPS[area]));
  });
}

/** Which account a page is opened in: administration is done where accounts are (`office`), all else where one acts. */
export function accountFor(place: Pick<Place, "area">, { account, office }: { account: string; office: string }): string {
  return place.area === "admin" ? office : account;
}

/** The place of an address such as /a/…/users among those one may go to, or undefined. A page that two areas have is the account's own. */
export function placeAt(pathname: string, places: readonly Place[]): Place | undefined {
  const page = pathname.split("/")[3];
  const found = places.filter((place) => place.page === page);
  return found.find(({ area }) => area === "company") ?? found[0];
}
