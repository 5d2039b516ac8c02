/** The frame around the pages of one account. A masquerade is nothing but another account in the address. */
import { createFileRoute, Outlet } from "@tanstack/react-router";

import { ErrorState } from "@/ui/error-state";
import { Frame } from "@/ui/frame/frame";
import { NotFound } from "@/ui/not-found";

export const Route = createFileRoute("/_app/a/$account")({
  component: () => (
    <Frame>
      <Outlet />
    </Frame>
  ),
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
});
