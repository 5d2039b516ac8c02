/** The areas and pages of the portal: one list for the rail, the page list, the phone's tab bar, the palette and the breadcrumb. */
import { IconBuildingSkyscraper, IconHistory, IconLayoutDashboard, IconPhone, IconSettings, IconUsers, type Icon } from "@tabler/icons-react";

export type AreaId = "pbx" | "admin" | "settings";
export type PageId = "dashboard" | "users" | "calls" | "accounts" | "settings";

export interface Place {
  page: PageId;
  area: AreaId;
  to: `/a/$account/${PageId}`;
  icon: Icon;
  /** The second key of the "g …" shortcut. */
  key: string;
}

export const PLACES: readonly Place[] = [
  { page: "dashboard", area: "pbx", to: "/a/$account/dashboard", icon: IconLayoutDashboard, key: "d" },
  { page: "users", area: "pbx", to: "/a/$account/users", icon: IconUsers, key: "u" },
  { page: "calls", area: "pbx", to: "/a/$account/calls", icon: IconHistory, key: "c" },
  { page: "accounts", area: "admin", to: "/a/$account/accounts", icon: IconBuildingSkyscraper, key: "a" },
  { page: "settings", area: "settings", to: "/a/$account/settings", icon: IconSettings, key: "s" },
];

export const AREAS: readonly { area: AreaId; icon: Icon }[] = [
  { area: "admin", icon: IconBuildingSkyscraper },
  { area: "pbx", icon: IconPhone },
  { area: "settings", icon: IconSettings },
];

/** The places one may go to: only accounts that may have others below them administer accounts. */
export function placesFor(manages: boolean): readonly Place[] {
  return manages ? PLACES : PLACES.filter((place) => place.area !== "admin");
}

/** The place of an address such as /a/…/users, or undefined. */
export function placeAt(pathname: string): Place | undefined {
  const page = pathname.split("/")[3];
  return PLACES.find((place) => place.page === page);
}
