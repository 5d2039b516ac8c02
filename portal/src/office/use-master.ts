/** Whether one is an administrator of the master account: who may put numbers onto the platform, promote and move accounts. */
import { useQuery } from "@tanstack/react-query";

import { accountQuery, useSession } from "@/api";

export function useMaster(): boolean {
  const home = useSession()?.accountId ?? "";
  return useQuery({ ...accountQuery(home), enabled: home !== "" }).data?.superduper_admin === true;
}
