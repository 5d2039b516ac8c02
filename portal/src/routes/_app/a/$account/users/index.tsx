/** The users of an account: who they are, their extension, whether a phone is online. A row opens a panel with its own address. */
import { Button, Select } from "@mantine/core";
import { IconPlus, IconUpload, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { devicesQuery, usersQuery } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { LinkButton } from "@/ui/link-button";
import { parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import list from "@/ui/list/list-page.module.css";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { useColumns } from "@/ui/list/use-columns";
import { usePollingInterval } from "@/ui/live";
import { Only } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";

import { personColumns } from "./-columns";
import { type Feature, FEATURES, type Tab, TABS } from "./-features/names";
import { filtered, people } from "./-rows";
import { useWays } from "./-use-ways";

// What a first look at the list does not need comes when a row is opened.
const BulkDelete = lazy(async () => ({ default: (await import("./-bulk-delete")).BulkDelete }));
const UserPanel = lazy(async () => ({ default: (await import("./-panel")).UserPanel }));

interface Search {
  q?: string;
  sort?: string;
  role?: "user" | "admin";
  phone?: "online" | "offline" | "none";
  /** The user whose panel is open, or "new". */
  user?: string;
  tab?: Tab;
  feature?: Feature;
}

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
const oneOf = <T extends string>(value: unknown, ...allowed: T[]) => allowed.find((one) => one === value);

export const Route = createFileRoute("/_app/a/$account/users/")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: text(search.q) ?? (typeof search.q === "number" ? String(search.q) : undefined),
    sort: text(search.sort),
    role: oneOf(search.role, "user", "admin"),
    phone: oneOf(search.phone, "online", "offline", "none"),
    user: text(search.user),
    tab: oneOf(search.tab, ...TABS),
    feature: oneOf(search.feature, ...FEATURES),
  }),
  component: Users,
});

function Users() {
  const { t } = useTranslation(["users", "ui"]);
  const { account } = Route.useParams();
  const { q = "", sort: sortText, role, phone, user, tab, feature } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  // Loaded when first wanted, then kept so that it can slide away.
  const [panel, setPanel] = useState(user !== undefined);
  if (user !== undefined && !panel) setPanel(true);

  const users = useQuery(usersQuery(account));
  const { callflows, boxes, failed: unread } = useWays(account);
  const devices = useQuery({ ...devicesQuery(account), refetchInterval: usePollingInterval(15_000) });
  const failed = [users, devices].find(({ error }) => error) ?? unread;

  const columns = personColumns(t);
  const { shown, choices, toggle } = useColumns("users", columns);
  const sort = parseSort(sortText, "name");
  const all =
    users.data && callflows && boxes && devices.data
      ? people({ users: users.data, callflows, boxes, devices: devices.data })
      : undefined;
  const rows = all && sorted(filtered(all, q, role, phone), columns, sort);
  const chosen = all?.filter(({ id }) => selected.has(id)) ?? [];
  const csv = (which: typeof chosen) => download("users.csv", "text/csv", toCsv(which, columns));
  const add = (
    <Only may="users.create">
      <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => change({ user: "new" }, false)}>
        {t("add")}
      </Button>
    </Only>
  );

  return (
    <div className={list.page}>
      <PageHeader title={t("title")} about={t("about")}>
        <Only may="users.create">
          <LinkButton to="/a/$account/users/import" params={{ account }} variant="default" leftSection={<IconUpload size={16} stroke={1.6} />}>
            {t("import")}
          </LinkButton>
        </Only>
        {add}
      </PageHeader>
      <Toolbar
        search={q}
        onSearch={(value) => change({ q: value || undefined })}
        placeholder={t("search")}
        selectedCount={chosen.length}
        onClearSelection={() => setSelected(new Set())}
        onExport={rows && (() => csv(rows))}
        columns={choices}
        onColumn={toggle}
        bulk={
          <>
            <Button variant="default" onClick={() => csv(chosen)}>
              {t("ui:list.export")}
            </Button>
            <Suspense>
              <BulkDelete account={account} people={chosen} onDone={() => setSelected(new Set())} />
            </Suspense>
          </>
        }
      >
        <Select
          aria-label={t("column.role")}
          placeholder={t("anyRole")}
          clearable
          w={160}
          value={role ?? null}
          onChange={(value) => change({ role: oneOf(value, "user", "admin") })}
          data={(["user", "admin"] as const).map((value) => ({ value, label: t(`role.${value}`) }))}
        />
        <Select
          aria-label={t("column.phone")}
          placeholder={t("anyPhone")}
          clearable
          w={160}
          value={phone ?? null}
          onChange={(value) => change({ phone: oneOf(value, "online", "offline", "none") })}
          data={(["online", "offline", "none"] as const).map((value) => ({ value, label: t(`phone.${value}`) }))}
        />
      </Toolbar>
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : (
        <Table
          label={t("title")}
          rows={rows}
          columns={shown}
          idOf={(row) => row.id}
          nameOf={(row) => row.name}
          sort={sort}
          onSort={(value) => change({ sort: value })}
          open={user}
          onOpen={(row) => change({ user: row.id, tab: undefined, feature: undefined }, false)}
          selected={selected}
          onSelect={setSelected}
          empty={
            all?.length ? (
              <EmptyState icon={IconUsers} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} />
            ) : (
              <EmptyState icon={IconUsers} title={t("empty.title")} text={t("empty.text")} action={add} />
            )
          }
        />
      )}
      <Suspense>
        {panel && (
          <UserPanel
          account={account}
          user={user}
          tab={tab ?? "features"}
          feature={feature}
          person={all?.find(({ id }) => id === user)}
          onShow={(what) => change({ user: what.user, tab: what.tab === "features" ? undefined : what.tab, feature: what.feature }, false)}
          onClose={() => change({ user: undefined, tab: undefined, feature: undefined })}
          />
        )}
      </Suspense>
    </div>
  );
}
