/** One callflow on its canvas. */
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";

import { ErrorState } from "@/ui/error-state";
import { Skeleton } from "@/ui/skeleton";

import { FlowBuilder } from "../-builder/builder";
import { flowQuery } from "../-model/api";
import { modulesQuery } from "../-model/use-modules";

export const Route = createFileRoute("/_app/a/$account/callflows/$flow/")({ component: Flow });

const NEW = { document: { numbers: [], metadata: {} }, revision: 0 };

function Flow() {
  const { account, flow } = Route.useParams();
  const query = useQuery(flowQuery(account, flow));
  const modules = useQuery(modulesQuery(account));
  const loaded = flow === "new" ? NEW : query.data;
  const error = query.error ?? modules.error;
  if (error) return <ErrorState error={error} onRetry={() => void Promise.all([query.refetch(), modules.refetch()])} />;
  if (!loaded || !modules.data) return <Skeleton width={240} />;
  return <FlowBuilder key={flow} account={account} flow={flow} loaded={loaded} />;
}
