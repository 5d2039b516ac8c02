/** A page that is a list: header, search and filters in the address, the table, the panel of the open row. */
import { Button } from "@mantine/core";
import { type Icon, IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../empty-state";
import { ErrorState } from "../error-state";
import { PageHeader } from "../page-header";
import { type Column, contains, parseSort, sorted, toCsv } from "./columns";
import { download } from "./download";
import classes from "./list-page.module.css";
import type { ListSearch } from "./list-search";
import { Table } from "./table";
import { Toolbar } from "./toolbar";
import { useColumns } from "./use-columns";

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
  /** Above the list. */
  lead?: ReactNode;
  /** The panel of the open row. */
  children?: ReactNode;
}

export function ListPage<Row>(props: Props<Row>) {
  const { list, title, about, placeholder, addLabel, rows: all, columns, idOf, nameOf, textOf, search, onSearch, error, onRetry, empty, filters, actions, lead, children } = props;
  const { t } = useTranslation();
  const { shown, choices, toggle } = useColumns(list, columns);
  const sort = parseSort(search.sort, columns[0]?.id ?? "name");
  const { q = "" } = search;
  const rows = all && sorted(all.filter((row) => contains(q, textOf(row))), columns, sort);
  const add = addLabel && (
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
        onExport={rows && (() => download(`${list}.csv`, "text/csv", toCsv(rows, columns)))}
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
