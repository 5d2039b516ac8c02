/** Every page behind sign-in: sends strangers there and remembers where they wanted to go. */
import { createFileRoute, Outlet, redirect } from "@tanstack/react-router";

import { session } from "@/api";

export const Route = createFileRoute("/_app")({
  beforeLoad: ({ location }) => {
    if (!session() || session()?.wants?.length) throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } });
  },
  component: Outlet,
});
