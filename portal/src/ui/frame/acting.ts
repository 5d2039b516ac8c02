/** Which account one acts in (the {A} of the address), whose it is, and whether that is a masquerade. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { accountQuery, ancestorsQuery, appsQuery, permissionsQuery, userQuery, useSession } from "@/api";

const route = getRouteApi("/_app/a/$account");

/** The account the page shows: its id. */
export function useAccountId(): string {
  return route.useParams().account;
}

/** Everything the frame says about the account one acts in; names are undefined until read. */
export function useActing() {
  const id = useAccountId();
  const session = useSession();
  const home = session?.accountId ?? id;
  const self = useQuery({ ...userQuery(home, session?.userId ?? ""), enabled: Boolean(session?.userId), staleTime: 60_000 }).data;
  const account = useQuery(accountQuery(id)).data;
  const homeAccount = useQuery(accountQuery(home)).data;
  const ancestors = useQuery(ancestorsQuery(id)).data ?? [];
  const from = ancestors.findIndex((row) => row.id === home);
  return {
    id,
    home,
    name: account?.name,
    homeName: homeAccount?.name,
    path: from >= 0 ? ancestors.slice(from) : [],
    masquerading: id !== home,
    manages: Boolean(homeAccount?.is_reseller || homeAccount?.superduper_admin),
    // Those who see an account's money and keys; kinds of administrators for one task do not.
    administers: self?.priv_level === "admin" && ["total", "read-only"].includes(self.admin_type ?? "total"),
    // Where administration happens: the account one acts in if it has accounts of its own, else one's own.
    apps: useQuery(appsQuery(id)).data,
    permissions: useQuery(permissionsQuery(id)).data,
    office: account?.is_reseller || account?.superduper_admin ? id : home,
  };
}
