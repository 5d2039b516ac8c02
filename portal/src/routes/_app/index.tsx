/** The bare address leads to the dashboard of one's own account. */
import { createFileRoute, redirect } from "@tanstack/react-router";

import { session } from "@/api";

export const Route = createFileRoute("/_app/")({
  beforeLoad: () => {
    const account = session()?.accountId;
    if (account) throw redirect({ to: "/a/$account/dashboard", params: { account } });
  },
});
