/** All orders of the accounts below: how far each is, and why one failed. */
import { Button } from "@mantine/core";
import { IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fromGregorian } from "@/api";
import office from "@/office/office.module.css";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { readable } from "@/ui/phone-number";
import { SidePanel } from "@/ui/side-panel";
import { StateDot, type Tone } from "@/ui/state-dot";

import classes from "./-buy.module.css";
import { type Order, ordersQuery } from "./-search";

const TONES: Record<Order["state"], Tone> = { queued: "warn", pending: "warn", done: "good", failed: "bad" };

interface Props {
  account: string;
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
  onSearch: () => void;
}

export function Orders({ account, open, onOpen, onSearch }: Props) {
  const { t, i18n } = useTranslation(["buy", "ui"]);
  const orders = useQuery(ordersQuery(account));
  const [search, setSearch] = useState("");
  const [sortText, setSort] = useState<string>();
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const stateOf = (row: Order) => t(`orderState.${row.state}`);
  const columns: Column<Order>[] = [
    { id: "number", title: t("number"), cell: (row) => <span className="tabular">{readable(row.number)}</span>, value: (row) => row.number, width: "220px", phone: "60%" },
    { id: "state", title: t("state"), cell: (row) => <StateDot tone={TONES[row.state]}>{stateOf(row)}</StateDot>, value: stateOf, width: "176px" },
    { id: "account", title: t("account"), cell: (row) => row.account_name, value: (row) => row.account_name, wide: true },
    { id: "carrier", title: t("carrier"), cell: (row) => row.carrier_name, value: (row) => row.carrier_name, wide: true },
    { id: "at", title: t("ordered"), cell: (row) => when.format(fromGregorian(row.created)), value: (row) => row.created, width: "200px", wide: true },
  ];
  const sort = parseSort(sortText, "-at");
  const rows = orders.data && sorted(orders.data.filter((row) => contains(search, row.number, readable(row.number), row.account_name, row.carrier_name, stateOf(row))), columns, sort);
  const shown = orders.data?.find(({ id }) => id === open);
  return (
    <div className={classes.list} data-tall>
      <Toolbar search={search} onSearch={setSearch} placeholder={t("searchOrders")} onExport={rows && (() => download("number-orders.csv", "text/csv", toCsv(rows, columns)))} />
      {orders.error ? (
        <ErrorState error={orders.error} onRetry={() => void orders.refetch()} />
      ) : (
        <Table
          label={t("tab.orders")}
          rows={rows}
          columns={columns}
          idOf={(row) => row.id}
          nameOf={(row) => readable(row.number)}
          sort={sort}
          onSort={setSort}
          open={open}
          onOpen={(row) => onOpen(row.id)}
          empty={
            orders.data?.length ? (
              <EmptyState icon={IconPackage} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} />
            ) : (
              <EmptyState icon={IconPackage} title={t("noOrders.title")} text={t("noOrders.text")} action={<Button onClick={onSearch}>{t("noOrders.do")}</Button>} />
            )
          }
        />
      )}
      <SidePanel opened={open !== undefined} onClose={() => onOpen(undefined)} title={shown ? readable(shown.number) : " "}>
        {shown && (
          <>
            {shown.problem && shown.state !== "done" && (
              <p className={classes.problem} data-bad={shown.state === "failed" || undefined}>
                {shown.problem}
              </p>
            )}
            <p className={classes.about}>{t(`orderHelp.${shown.state === "done" ? shown.becomes : shown.state}`)}</p>
            <dl className={office.facts}>
              <div>
                <dt>{t("state")}</dt>
                <dd>
                  <StateDot tone={TONES[shown.state]}>{stateOf(shown)}</StateDot>
                </dd>
              </div>
              <div>
                <dt>{t("account")}</dt>
                <dd>{shown.account_name}</dd>
              </div>
              <div>
                <dt>{t("carrier")}</dt>
                <dd>{shown.carrier_name}</dd>
              </div>
              <div>
                <dt>{t("ordered")}</dt>
                <dd>{when.format(fromGregorian(shown.created))}</dd>
              </div>
              <div>
                <dt>{t("tries")}</dt>
                <dd>{shown.attempts}</dd>
              </div>
            </dl>
            {shown.state === "failed" && (
              <Button mt="md" onClick={onSearch}>
                {t("again")}
              </Button>
            )}
          </>
        )}
      </SidePanel>
    </div>
  );
}
