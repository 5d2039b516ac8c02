/** Which account one acts in (the {A} of the address), whose it is, and whether that is a masquerade. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { accountQuery, ancestorsQuery, appsQuery, useSession } from "@/api";

const route = getRouteApi("/_app/a/$account");

/** The account the page shows: its id. */
export function useAccountId(): string {
  return route.useParams().account;
}

/** Everything the frame says about the account one acts in; names are undefined until read. */
export function useActing() {
  const id = useAccountId();
  const home = useSession()?.accountId ?? id;
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
    // Where administration happens: the account one acts in if it has accounts of its own, else one's own.
    apps: useQuery(appsQuery(id)).data,
    office: account?.is_reseller || account?.superduper_admin ? id : home,
  };
}
