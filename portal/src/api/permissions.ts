/** What whoever is signed in may do in an account, as the API's own access table says; what it would refuse is not offered. */
import { queryOptions } from "@tanstack/react-query";

import { call } from "./call";
import * as urls from "./generated/client";

/** "users.update": a collection of the API and an action on it. */
export type Permission = `${string}.${string}`;

export interface Permissions {
  may: Record<string, readonly string[]>;
  /** On documents that are one's own. */
  own: Record<string, readonly string[]>;
  /** Where one may change only some keys of others' documents. */
  fields: Record<string, readonly string[]>;
}

/** Of its own key: a change in the account changes none of these. */
export const permissionsQuery = (account: string) =>
  queryOptions({
    queryKey: ["permissions", account],
    queryFn: async ({ signal }) => (await call<Permissions>("GET", urls.getGetPermissionsUrl(account), { signal })).data,
    staleTime: 60_000,
  });

/** Whether a permission is held; as long as nobody knows, it is: the API decides. */
export function holds(permissions: Permissions | undefined, permission: Permission): boolean {
  if (!permissions) return true;
  const [collection = "", action = ""] = permission.split(".");
  return permissions.may[collection]?.includes(action) ?? false;
}

/** Whether a collection may be read, be it only one's own of it. */
export const reads = (permissions: Permissions | undefined, collection: string): boolean =>
  holds(permissions, `${collection}.read`) || Boolean(permissions?.own[collection]?.includes("read"));
