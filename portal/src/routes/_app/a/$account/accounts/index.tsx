/** The accounts below the one of the address, as a tree read level by level: a row opens the account, "Use account" enters it. */
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuildingSkyscraper, IconPlus } from "@tabler/icons-react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { accountSearchQuery, ancestorsQuery, childrenQuery } from "@/api";
import office from "@/office/office.module.css";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { LinkButton } from "@/ui/link-button";
import { type Column, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import list from "@/ui/list/list-page.module.css";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { Only } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import { StateDot } from "@/ui/state-dot";

import { flatten, type TreeRow } from "./-tree";

interface Search {
  q?: string;
  sort?: string;
  /** An account to show opened up to, such as the one just left. */
  open?: string;
}

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export const Route = createFileRoute("/_app/a/$account/accounts/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ q: text(search.q), sort: text(search.sort), open: text(search.open) }),
  component: Accounts,
});

function Accounts() {
  const { t } = useTranslation(["accounts", "ui", "office"]);
  const { account } = Route.useParams();
  const { q = "", sort: sortText, open } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const [settled] = useDebouncedValue(q.trim(), 200);
  const path = useQuery({ ...ancestorsQuery(open ?? account), enabled: open !== undefined }).data;
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const expanded = useMemo(() => {
    const ids = new Set(path?.map(({ id }) => id));
    for (const [id, on] of chosen) if (on) ids.add(id);
      else ids.delete(id);
    return ids;
  }, [path, chosen]);

  const root = useQuery(childrenQuery(account));
  const ids = [...expanded].filter((id) => id !== account);
  const branches = useQueries({ queries: ids.map((id) => childrenQuery(id)) });
  const found = useQuery(accountSearchQuery(account, settled));
  const children = new Map(ids.map((id, at) => [id, branches[at]?.data]));

  const columns: Column<TreeRow>[] = [
    {
      id: "name",
      title: t("column.name"),
      cell: (row) => (
        <>
          {row.name} {row.is_reseller && <span className={office.badge}>{t("office:reseller")}</span>}
        </>
      ),
      value: (row) => row.name,
    },
    { id: "realm", title: t("column.realm"), cell: (row) => row.realm, value: (row) => row.realm, wide: true },
    { id: "state", title: t("column.state"), cell: (row) => <StateDot tone={row.enabled === false ? "bad" : "good"}>{t(row.enabled === false ? "state.off" : "state.on")}</StateDot>, value: (row) => t(row.enabled === false ? "state.off" : "state.on"), width: "132px", wide: true },
    { id: "below", title: t("column.below"), cell: (row) => row.descendants_count || "", value: (row) => row.descendants_count, width: "120px", numeric: true, wide: true },
  ];
  const sort = parseSort(sortText, "name");
  const order = (rows: readonly TreeRow[]) => sorted(rows, columns, sort);
  const rows = settled
    ? found.data && order(found.data.filter(({ id }) => id !== account).map((row) => ({ ...row, level: 0 })))
    : root.data && flatten(root.data, children, expanded, order);
  const failed = settled ? found : root;

  const show = (row: TreeRow) => void navigate({ to: "/a/$account/accounts/$customer", params: { account, customer: row.id } });
  const add = (
    <Only may="accounts.create">
      <LinkButton data-new to="/a/$account/accounts/new" params={{ account }} leftSection={<IconPlus size={16} stroke={1.8} />}>
        {t("add")}
      </LinkButton>
    </Only>
  );
  return (
    <div className={list.page}>
      <PageHeader title={t("title")} about={t("about")}>
        <Only may="accounts.restore">
          <LinkButton to="/a/$account/accounts/deleted" params={{ account }} variant="default">
            {t("deleted")}
          </LinkButton>
        </Only>
        {add}
      </PageHeader>
      <Toolbar
        search={q}
        onSearch={(value) => void navigate({ search: (now) => ({ ...now, q: value || undefined }), replace: true })}
        placeholder={t("search")}
        onExport={rows && (() => download("accounts.csv", "text/csv", toCsv(rows, columns)))}
      />
      {failed.error ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : (
        <Table
          label={t("title")}
          rows={rows}
          columns={columns}
          idOf={(row) => row.id}
          nameOf={(row) => row.name}
          sort={sort}
          onSort={(value) => void navigate({ search: (now) => ({ ...now, sort: value }), replace: true })}
          open={open}
          onOpen={show}
          tree={{
            level: (row) => row.level,
            expanded: (row) => (row.descendants_count > 0 && !settled ? expanded.has(row.id) : undefined),
            toggle: (row) => setChosen((now) => new Map(now).set(row.id, !expanded.has(row.id))),
          }}
          actions={(row) => (
            <LinkButton to="/a/$account/dashboard" params={{ account: row.id }} variant="default" size="compact-sm" aria-label={t("useNamed", { name: row.name })}>
              {t("use")}
            </LinkButton>
          )}
          empty={
            settled ? (
              <EmptyState icon={IconBuildingSkyscraper} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} />
            ) : (
              <EmptyState icon={IconBuildingSkyscraper} title={t("empty.title")} text={t("empty.text")} action={add} />
            )
          }
        />
      )}
    </div>
  );
}
