/** All callflows of an account: found by number, name, module, owner or kind; the address keeps what one looks at. */
import { Button, Select } from "@mantine/core";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, listQuery, readDoc, removeDoc, usersQuery } from "@/api";
import { CODES } from "@/pbx/codes";
import { tellDone } from "@/ui/done";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { userName } from "@/ui/frame/palette-entries";
import { LinkButton } from "@/ui/link-button";
import { type Column, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import list from "@/ui/list/list-page.module.css";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { useColumns } from "@/ui/list/use-columns";
import { Only } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";

import { written } from "./-model/api";
import type { Callflow } from "./-model/types";
import { useRegistry, useWords } from "./-model/use-modules";
import { filtered, type FlowRow, type Kind, KINDS, kindOf, labelOf, reachedBy } from "./-rows";

interface Search {
  q?: string;
  sort?: string;
  kind?: Kind;
  module?: string;
  owner?: string;
}

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export const Route = createFileRoute("/_app/a/$account/callflows/")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === "number" ? String(search.q) : text(search.q),
    sort: text(search.sort),
    kind: KINDS.find((kind) => kind === search.kind),
    module: text(search.module),
    owner: text(search.owner),
  }),
  component: Callflows,
});

function Callflows() {
  const { t } = useTranslation(["callflows", "ui", "feature-codes"]);
  const words = useWords();
  const { account } = Route.useParams();
  const { q = "", sort: sortText, kind, module, owner } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const client = useQueryClient();
  const change = (next: Search) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const registry = useRegistry(account);
  const flows = useQuery(listQuery<FlowRow>(account, "callflows"));
  const users = useQuery(usersQuery(account)).data ?? [];
  const owners = new Map(users.map((user) => [user.id, userName(user)]));
  const ownerName = (id: string | undefined) => (id ? (owners.get(id) ?? "") : "");
  const moduleTitle = (name: string) => {
    const info = registry.get(name);
    return info ? words(info.title) : name;
  };

  /** Feature codes are called what their page calls them: "feature code *3" says nothing. */
  const nameOf = (row: FlowRow) => {
    const code = row.featurecode ? CODES.find(({ name }) => name === (row.featurecode && row.featurecode.name)) : undefined;
    return code ? t(`feature-codes:code.${code.id as "ownBox"}.name`) : labelOf(row);
  };

  const columns: Column<FlowRow>[] = [
    { id: "name", title: t("column.name"), cell: nameOf, value: nameOf, width: "26%", phone: "56%" },
    { id: "numbers", title: t("column.numbers"), cell: (row) => reachedBy(row) || "–", value: (row) => [...row.numbers, ...row.patterns].join(", "), width: "26%" },
    { id: "kind", title: t("column.kind"), cell: (row) => t(`kind.${kindOf(row)}`), value: (row) => t(`kind.${kindOf(row)}`), wide: true, width: "14%" },
    { id: "modules", title: t("column.modules"), cell: (row) => row.modules.map(moduleTitle).join(", "), value: (row) => row.modules.map(moduleTitle).join(", "), wide: true },
    { id: "owner", title: t("column.owner"), cell: (row) => ownerName(row.owner_id), value: (row) => ownerName(row.owner_id), wide: true, width: "16%" },
  ];
  const { shown, choices, toggle } = useColumns("callflows", columns);
  const rows = flows.data && sorted(filtered(flows.data, { q, kind, module, owner }, ownerName, nameOf), columns, parseSort(sortText, "name"));
  const chosen = flows.data?.filter(({ id }) => selected.has(id)) ?? [];
  const csv = (which: readonly FlowRow[]) => download("callflows.csv", "text/csv", toCsv(which, columns));
  const modules = [...new Set(flows.data?.flatMap((row) => row.modules))].map((value) => ({ value, label: moduleTitle(value) })).toSorted((one, other) => one.label.localeCompare(other.label));
  const removeChosen = async () => {
    setBusy(true);
    const removed: Callflow[] = [];
    try {
      for (const { id } of chosen) {
        const document = await readDoc<Callflow>(account, "callflows", id);
        await removeDoc(account, "callflows", id);
        removed.push(document);
      }
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      setSelected(new Set());
      await client.invalidateQueries({ queryKey: ["account", account, "callflows"] });
    }
    const takeBack = () => void Promise.all(removed.map((document) => createDoc(account, "callflows", written(document)))).then(() => client.invalidateQueries({ queryKey: ["account", account, "callflows"] }), tellFailure);
    if (removed.length) tellDone(t("removed", { count: removed.length }), takeBack);
  };
  const add = (
    <Only may="callflows.create">
      <LinkButton to="/a/$account/callflows/$flow" params={{ account, flow: "new" }} data-new leftSection={<IconPlus size={16} stroke={1.8} />}>
        {t("add")}
      </LinkButton>
    </Only>
  );

  return (
    <div className={list.page}>
      <PageHeader title={t("title")} about={t("about")}>
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
            <Only may="callflows.delete">
              <Button variant="default" color="red" loading={busy} onClick={() => void removeChosen()}>
                {t("remove")}
              </Button>
            </Only>
          </>
        }
      >
        <Select aria-label={t("column.kind")} placeholder={t("anyKind")} clearable w={150} value={kind ?? null} onChange={(value) => change({ kind: KINDS.find((each) => each === value) })} data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
        <Select aria-label={t("column.modules")} placeholder={t("anyModule")} clearable searchable w={180} value={module ?? null} onChange={(value) => change({ module: value ?? undefined })} data={modules} />
        <Select aria-label={t("column.owner")} placeholder={t("anyOwner")} clearable searchable w={160} value={owner ?? null} onChange={(value) => change({ owner: value ?? undefined })} data={users.map((user) => ({ value: user.id, label: userName(user) }))} />
      </Toolbar>
      {flows.error ? (
        <ErrorState error={flows.error} onRetry={() => void flows.refetch()} />
      ) : (
        <Table
          label={t("title")}
          rows={rows}
          columns={shown}
          idOf={(row) => row.id}
          nameOf={nameOf}
          sort={parseSort(sortText, "name")}
          onSort={(value) => change({ sort: value })}
          onOpen={(row) => void navigate({ to: "/a/$account/callflows/$flow", params: { account, flow: row.id } })}
          selected={selected}
          onSelect={setSelected}
          empty={flows.data?.length ? <EmptyState icon={IconSitemap} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} /> : <EmptyState icon={IconSitemap} title={t("empty.title")} text={t("empty.text")} action={add} />}
        />
      )}
    </div>
  );
}
