/** A page that is a list: header, search and filters in the address, the table, the panel of the open row. */
import { Button } from "@mantine/core";
import { type Icon, IconPlus } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../empty-state";
import { ErrorState } from "../error-state";
import { useMayChange } from "../may";
import { PageHeader } from "../page-header";
import type { BulkAction, BulkRemove } from "./bulk";
import { type Column, contains, parseSort, sorted, toCsv } from "./columns";
import { download } from "./download";
import classes from "./list-page.module.css";
import type { ListSearch } from "./list-search";
import { Table } from "./table";
import { Toolbar } from "./toolbar";
import { useColumns } from "./use-columns";

const Bulk = lazy(async () => ({ default: (await import("./bulk")).Bulk }));

interface Props<Row> {
  /** Names the list for what is kept in the browser, and for its CSV file. */
  list: string;
  title: string;
  about: string;
  placeholder: string;
  addLabel?: string;
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
  idOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  /** What the search looks at. */
  textOf: (row: Row) => string;
  search: ListSearch;
  onSearch: (next: ListSearch, replace?: boolean) => void;
  error?: unknown;
  onRetry?: () => void;
  empty: { icon: Icon; title: string; text: string };
  filters?: ReactNode;
  /** In the head, before the button that adds. */
  actions?: ReactNode;
  /** What can be done with many rows at once; without it rows cannot be selected. */
  bulk?: { account: string; actions?: readonly BulkAction<Row>[]; remove?: BulkRemove<Row> };
  /** Above the list. */
  lead?: ReactNode;
  /** The panel of the open row. */
  children?: ReactNode;
}

export function ListPage<Row>(props: Props<Row>) {
  const { list, title, about, placeholder, addLabel, rows: all, columns, idOf, nameOf, textOf, search, onSearch, error, onRetry, empty, filters, actions, bulk, lead, children } = props;
  const { t } = useTranslation();
  const { shown, choices, toggle } = useColumns(list, columns);
  const sort = parseSort(search.sort, columns[0]?.id ?? "name");
  const { q = "" } = search;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = (bulk && all?.filter((row) => selected.has(idOf(row)))) ?? [];
  const csv = (which: readonly Row[]) => download(`${list}.csv`, "text/csv", toCsv(which, columns));
  const rows = all && sorted(all.filter((row) => contains(q, textOf(row))), columns, sort);
  const may = useMayChange();
  const add = addLabel && may.create && (
    <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => onSearch({ open: "new" }, false)}>
      {addLabel}
    </Button>
  );
  return (
    <div className={classes.page}>
      <PageHeader title={title} about={about}>
        {actions}
        {add}
      </PageHeader>
      {lead}
      <Toolbar
        search={q}
        onSearch={(value) => onSearch({ q: value || undefined }, true)}
        placeholder={placeholder}
        selectedCount={chosen.length}
        onClearSelection={() => setSelected(new Set())}
        bulk={
          bulk && (
            <Suspense>
              <Bulk {...(bulk as unknown as { account: string; actions?: readonly BulkAction<unknown>[]; remove?: BulkRemove<unknown> })} rows={chosen} onExport={() => csv(chosen)} onDone={() => setSelected(new Set())} />
            </Suspense>
          )
        }
        onExport={rows && (() => csv(rows))}
        columns={choices}
        onColumn={toggle}
      >
        {filters}
      </Toolbar>
      {error ? (
        <ErrorState error={error} onRetry={onRetry} />
      ) : (
        <Table
          label={title}
          rows={rows}
          columns={shown}
          idOf={idOf}
          nameOf={nameOf}
          sort={sort}
          onSort={(value) => onSearch({ sort: value }, true)}
          selected={bulk && selected}
          onSelect={bulk && setSelected}
          open={search.open}
          onOpen={(row) => onSearch({ open: idOf(row) }, false)}
          empty={
            all?.length ? <EmptyState icon={empty.icon} title={t("list.noMatch")} text={t("list.noMatchHelp")} /> : <EmptyState icon={empty.icon} title={empty.title} text={empty.text} action={add || actions} />
          }
        />
      )}
      {children}
    </div>
  );
}
