/** Groups: an extension that rings several people. */
import { IconUsersPlus } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { callflowsQuery, listQuery } from "@/api";
import { EMPTY_GROUP, formOf, readGroup, removeGroup } from "@/pbx/groups";
import { ErrorState } from "@/ui/error-state";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { readable } from "@/ui/phone-number";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import { GroupForm } from "./-group-form";

export const Route = createFileRoute("/_app/a/$account/groups/")({ validateSearch: listSearch, component: Groups });

interface GroupRow {
  id: string;
  name: string;
  endpoints: number;
  numbers: string[];
}

const groupQuery = (account: string, id: string) => queryOptions({ queryKey: ["account", account, "groups", id, "with-flows"], queryFn: () => readGroup(account, id) });

function Groups() {
  const { t } = useTranslation(["groups", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const groups = useQuery(listQuery<Omit<GroupRow, "numbers">>(account, "groups"));
  const flows = useQuery(callflowsQuery(account));
  const rows = groups.data && flows.data && groups.data.map((group): GroupRow => ({ ...group, numbers: flows.data.find((flow) => flow.group_id === group.id && flow.type === "userGroup")?.numbers ?? [] }));
  const columns: Column<GroupRow>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "extension", title: t("column.extension"), cell: (row) => row.numbers.map(readable).join(", ") || "–", value: (row) => row.numbers.join(" ") },
    { id: "members", title: t("members.title"), cell: (row) => row.endpoints, value: (row) => row.endpoints, width: "112px", numeric: true },
  ];
  const { open } = search;
  const close = () => change({ open: undefined });
  return (
    <ListPage
      list="groups"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={rows}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${row.numbers.join(" ")}`}
      search={search}
      onSearch={change}
      error={groups.error ?? flows.error}
      onRetry={() => void groups.refetch()}
      bulk={{ account, remove: { run: (row) => removeGroup(account, row.id), what: t("removeHelp") } }}
      empty={{ icon: IconUsersPlus, title: t("empty.title"), text: t("empty.text") }}
    >
      <SidePanel opened={open !== undefined} onClose={close} size={680} title={open === "new" ? t("new") : (rows?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <GroupForm account={account} id="" group={EMPTY_GROUP} own={undefined} onDone={(id) => change({ open: id })} onGone={close} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={close} />}
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const group = useQuery(groupQuery(account, id));
  if (group.error) return <ErrorState error={group.error} onRetry={() => void group.refetch()} />;
  if (!group.data) return <Skeleton width={200} />;
  return <GroupForm account={account} id={id} group={formOf(group.data)} own={group.data.main?.id} onDone={() => undefined} onGone={onGone} />;
}
