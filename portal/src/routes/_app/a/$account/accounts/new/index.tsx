/** A new account, step by step as the specification has it: made in one request at the end, then given its first number. */
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { accountQuery } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { Gate } from "@/ui/may";
import { Skeleton } from "@/ui/skeleton";

import { type Step, STEPS } from "../-wizard/step-names";
import { type Made, Ready } from "../-wizard/ready";
import { Wizard } from "../-wizard/wizard";

interface Search {
  step?: Step;
}

export const Route = createFileRoute("/_app/a/$account/accounts/new/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ step: STEPS.find((one) => one === search.step && one !== "account") }),
  component: () => (
    <Gate may="accounts.create">
      <NewAccountPage />
    </Gate>
  ),
});

function NewAccountPage() {
  const { account } = Route.useParams();
  const { step = "account" } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const above = useQuery(accountQuery(account));
  const [made, setMade] = useState<Made | null>(null);
  if (above.error) return <ErrorState error={above.error} onRetry={() => void above.refetch()} />;
  if (!above.data) return <Skeleton width={240} />;
  return made ? <Ready office={account} made={made} /> : <Wizard above={above.data} step={step} onStep={(next) => void navigate({ search: { step: next === "account" ? undefined : next } })} onMade={setMade} />;
}
