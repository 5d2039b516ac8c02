/** The provider's own numbers: spare ones to give away, imports with a verdict per row, and what happened to each number. */
import { Button, Select } from "@mantine/core";
import { IconBuildingStore, IconHash, IconPlus, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, type NumberRow, numbersQuery } from "@/api";
import { AddNumbersForm } from "@/office/add-numbers-form";
import { useMaster } from "@/office/use-master";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import list from "@/ui/list/list-page.module.css";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { LinkButton } from "@/ui/link-button";
import { Only, useMay } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import { readable } from "@/ui/phone-number";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import { AssignDialog } from "./-assign";
import { History } from "./-history";
import { ImportFile } from "./-import-file";
import { STATES } from "./-states";

interface Search extends ListSearch {
  state?: string;
}

export const Route = createFileRoute("/_app/a/$account/inventory/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), state: STATES.find((one) => one === search.state) }),
  component: Inventory,
});

type Line = NumberRow & { number: string };

function Inventory() {
  const { t } = useTranslation(["inventory", "customer", "office", "ui"]);
  const { account } = Route.useParams();
  const { q = "", sort: sortText, open, state } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const master = useMaster();
  const may = useMay();
  const name = useQuery(accountQuery(account)).data?.name ?? "";
  const numbers = useQuery(numbersQuery(account));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [assigning, setAssigning] = useState(false);
  const all = useMemo(() => numbers.data && Object.entries(numbers.data).map(([number, row]): Line => ({ number, ...row })), [numbers.data]);
  // There are a few uses and states and very many numbers: each is worded once.
  const { used, stateOf } = useMemo(() => {
    const words = new Map<string, string>();
    const once = (key: string, word: () => string) => {
      const known = words.get(key) ?? word();
      words.set(key, known);
      return known;
    };
    return {
      used: ({ used_by: by = "" }: Line) => once(`used ${by}`, () => (by ? t(`customer:usedBy.${by as "callflow"}`, { defaultValue: by }) : t("customer:spare"))),
      stateOf: ({ state: is }: Line) => once(`state ${is}`, () => t(`customer:numberStates.${is as "in_service"}`, { defaultValue: is })),
    };
  }, [t]);
  const columns: Column<Line>[] = [
    { id: "number", title: t("customer:number"), cell: (row) => <span className="tabular">{readable(row.number)}</span>, value: (row) => row.number, width: "240px" },
    { id: "state", title: t("customer:numberState"), cell: (row) => <StateDot tone={row.state === "in_service" ? "good" : row.state === "available" ? "off" : "warn"}>{stateOf(row)}</StateDot>, value: stateOf },
    { id: "used", title: t("customer:use_"), cell: used, value: used, wide: true },
  ];
  const sort = parseSort(sortText, "number");
  // A hundred thousand are not sifted and ordered again because one of them was ticked.
  const rows = useMemo(
    () => all && sorted(all.filter((row) => (!state || row.state === state) && (!q || contains(q, row.number, readable(row.number), used(row)))), columns, sort),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- columns and words change with the language only
    [all, state, q, sortText, t],
  );
  const panel = open === "new" ? t("office:numbers.title") : open === "file" ? t("file.title") : open ? readable(open.startsWith("+") ? open : `+${open.trim()}`) : " ";
  const add = master && may("phone_numbers.create") && (
    <>
      <Button variant="default" leftSection={<IconUpload size={16} stroke={1.6} />} onClick={() => change({ open: "file" }, false)}>
        {t("file.open")}
      </Button>
      <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => change({ open: "new" }, false)}>
        {t("office:numbers.title")}
      </Button>
    </>
  );
  return (
    <div className={list.page}>
      <PageHeader title={t("title")} about={t("about", { name })}>
        <Only may="number_orders.read">
          <LinkButton to="/a/$account/buy" params={{ account }} variant="default" leftSection={<IconBuildingStore size={16} stroke={1.6} />}>
            {t("buy")}
          </LinkButton>
        </Only>
        {add}
      </PageHeader>
      <Toolbar
        search={q}
        onSearch={(value) => change({ q: value || undefined })}
        placeholder={t("customer:searchNumbers")}
        selectedCount={selected.size}
        onClearSelection={() => setSelected(new Set())}
        bulk={
          <Button size="compact-sm" onClick={() => setAssigning(true)}>
            {t("assign.do")}
          </Button>
        }
        onExport={rows && (() => download("numbers.csv", "text/csv", toCsv(rows, columns)))}
      >
        <Select aria-label={t("customer:numberState")} placeholder={t("anyState")} clearable w={176} value={state ?? null} onChange={(value) => change({ state: value ?? undefined })} data={STATES.map((value) => ({ value, label: t(`customer:numberStates.${value}`) }))} />
      </Toolbar>
      {numbers.error ? (
        <ErrorState error={numbers.error} onRetry={() => void numbers.refetch()} />
      ) : (
        <Table
          label={t("title")}
          rows={rows}
          columns={columns}
          idOf={(row) => row.number}
          nameOf={(row) => readable(row.number)}
          sort={sort}
          onSort={(value) => change({ sort: value })}
          open={open}
          onOpen={(row) => change({ open: row.number }, false)}
          selected={selected}
          onSelect={may("phone_numbers.activate") ? setSelected : undefined}
          empty={all?.length ? <EmptyState icon={IconHash} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} /> : <EmptyState icon={IconHash} title={t("empty.title")} text={t(master ? "empty.text" : "empty.reseller")} action={add || undefined} />}
        />
      )}
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} title={panel}>
        {open === "new" && <AddNumbersForm account={account} name={name} office={account} master={master} state="available" onDone={({ failed }) => failed.length === 0 && change({ open: undefined })} />}
        {open === "file" && <ImportFile account={account} />}
        {open && open !== "new" && open !== "file" && <History account={account} number={open.startsWith("+") ? open : `+${open.trim()}`} />}
      </SidePanel>
      <AssignDialog office={account} numbers={[...selected]} opened={assigning} onClose={() => setAssigning(false)} onDone={() => setSelected(new Set())} />
    </div>
  );
}
