/** Service plans: what an account offers those below it, item by item. */
import { IconReceipt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery } from "@/api";
import type { ServicePlan } from "@/office/plans";
import { ErrorState } from "@/ui/error-state";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import { PlanForm } from "./-plan-form";

export const Route = createFileRoute("/_app/a/$account/plans/")({ validateSearch: listSearch, component: Plans });

interface PlanRow {
  id: string;
  name: string;
  description: string;
}

const NEW: ServicePlan = { name: "", plan: { users: { _all: { rate: 0 } }, phone_numbers: { _all: { rate: 0 } } } };

function Plans() {
  const { t } = useTranslation(["plans", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const plans = useQuery(listQuery<PlanRow>(account, "service_plans"));
  const columns: Column<PlanRow>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name, width: "280px" },
    { id: "description", title: t("description"), cell: (row) => row.description, value: (row) => row.description, wide: true },
  ];
  const { open } = search;
  return (
    <ListPage
      list="plans"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={plans.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${row.description}`}
      search={search}
      onSearch={change}
      error={plans.error}
      onRetry={() => void plans.refetch()}
      empty={{ icon: IconReceipt, title: t("empty.title"), text: t("empty.text") }}
    >
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} size={680} title={open === "new" ? t("new") : (plans.data?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <PlanForm account={account} id="" plan={NEW} onMade={(id) => change({ open: id })} onGone={() => change({ open: undefined })} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={() => change({ open: undefined })} />}
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const plan = useQuery(docQuery<ServicePlan & { id: string }>(account, "service_plans", id));
  if (plan.error) return <ErrorState error={plan.error} onRetry={() => void plan.refetch()} />;
  return plan.data ? <PlanForm account={account} id={id} plan={plan.data} onMade={() => undefined} onGone={onGone} /> : <Skeleton width={200} />;
}
