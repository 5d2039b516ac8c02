/** An account without a page: its dashboard. */
import { createFileRoute, redirect } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/a/$account/")({
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/a/$account/dashboard", params });
  },
});
