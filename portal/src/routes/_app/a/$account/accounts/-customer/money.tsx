/**
 * An account's money: balance, and the ledger, which nobody can change. Those above it add and take funds by hand; its own people pay
 * with its card.
 */
import { Button } from "@mantine/core";
import { IconReportMoney } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, fromGregorian, urls, useSession } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { useMay } from "@/ui/may";
import { money } from "@/ui/money";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./customer.module.css";
import { Funds, type Way } from "./funds";
import { Minutes } from "./minutes";

interface Entry {
  id: string;
  number: number;
  amount: number;
  currency: string;
  description: string;
  source: { service: string };
  timestamp: number;
}

export function Money({ account: { id, name, superduper_admin: top } }: { account: Account }) {
  const { t, i18n } = useTranslation(["customer", "ui"]);
  const [search, setSearch] = useState("");
  const [sortText, setSort] = useState<string>();
  const [asking, setAsking] = useState<Way | null>(null);
  const may = useMay();
  const own = useSession()?.accountId === id;
  const card = useQuery({ queryKey: ["account", id, "transactions", "method"], queryFn: async ({ signal }) => (await call<{ label?: string }>("GET", urls.getGetPaymentMethodUrl(id), { signal })).data, enabled: own && !top }).data;
  const total = useQuery({ queryKey: ["account", id, "ledgers", "total"], queryFn: async ({ signal }) => (await call<{ amount: number; held: number }>("GET", urls.getGetBalanceUrl(id), { signal })).data, refetchInterval: 15_000 });
  const available = useQuery({ queryKey: ["account", id, "ledgers", "available"], queryFn: async ({ signal }) => (await call<{ amount: number }>("GET", urls.getGetAvailableUrl(id), { signal })).data, refetchInterval: 15_000 });
  const services = useQuery({ queryKey: ["account", id, "services"], queryFn: async ({ signal }) => (await call<{ currency: string }>("GET", urls.getGetServicesUrl(id), { signal })).data });
  const ledger = useInfiniteQuery({
    queryKey: ["account", id, "ledgers", "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => call<Entry[]>("GET", urls.getListLedgerUrl(id, "all"), { query: { page_size: 200, start_key: pageParam }, signal }),
    getNextPageParam: (last, _pages, sent) => (last.next_start_key && last.next_start_key !== sent ? last.next_start_key : undefined),
  });
  const currency = services.data?.currency ?? ledger.data?.pages[0]?.data[0]?.currency ?? "USD";
  const show = (amount: number) => money(amount, currency, i18n.language);
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const all = ledger.data?.pages.flatMap(({ data }) => data);
  const source = (row: Entry) => t(`money.kind.${row.source.service as "services"}`, { defaultValue: row.source.service });
  const columns: Column<Entry>[] = [
    { id: "at", title: t("money.when"), cell: (row) => when.format(fromGregorian(row.timestamp)), value: (row) => row.timestamp, width: "200px", phone: "34%" },
    { id: "what", title: t("money.what"), cell: (row) => row.description, value: (row) => row.description },
    { id: "source", title: t("money.source"), cell: source, value: source, width: "160px", wide: true },
    { id: "amount", title: t("money.amount"), cell: (row) => <span data-sign={row.amount < 0 ? "minus" : "plus"} className={classes.amount}>{show(row.amount)}</span>, value: (row) => row.amount, width: "140px", phone: "30%", numeric: true },
  ];
  const sort = parseSort(sortText, "-at");
  const rows = all && sorted(all.filter((row) => contains(search, row.description, source(row))), columns, sort);
  const tile = (what: string, amount: number | undefined) => (
    <div className={classes.tile}>
      <span className={classes.countName}>{what}</span>
      <strong>{amount === undefined ? <Skeleton width={64} /> : show(amount)}</strong>
    </div>
  );
  return (
    <>
      <section className={`${page.card} ${classes.balance}`} aria-label={t("money.balance")}>
        {tile(t("money.balance"), total.data?.amount)}
        {tile(t("money.held"), total.data?.held)}
        {tile(t("money.available"), available.data?.amount)}
        {own && card?.label && may("transactions.create") && (
          <div className={classes.balanceDo}>
            <Button onClick={() => setAsking("pay")}>{t("money.payWith", { card: card.label })}</Button>
          </div>
        )}
        {!top && !own && may("ledgers.credit") && (
          <div className={classes.balanceDo}>
            <Button onClick={() => setAsking("credit")}>{t("money.add")}</Button>
            <Button variant="default" onClick={() => setAsking("debit")}>
              {t("money.take")}
            </Button>
          </div>
        )}
      </section>
      <Minutes account={id} />
      <div className={classes.tablePanel} data-lower>
        <Toolbar search={search} onSearch={setSearch} placeholder={t("money.search")} onExport={rows && (() => download("ledger.csv", "text/csv", toCsv(rows, columns)))} />
        {ledger.error ? (
          <ErrorState error={ledger.error} onRetry={() => void ledger.refetch()} />
        ) : (
          <Table
            label={t("money.ledger")}
            rows={rows}
            columns={columns}
            idOf={(row) => row.id}
            nameOf={(row) => row.description}
            sort={sort}
            onSort={setSort}
            onOpen={() => undefined}
            onEnd={() => void (ledger.hasNextPage && !ledger.isFetching && ledger.fetchNextPage())}
            empty={<EmptyState icon={IconReportMoney} title={all?.length ? t("ui:list.noMatch") : t("money.none")} text={all?.length ? t("ui:list.noMatchHelp") : t("money.noneHelp", { name })} />}
          />
        )}
      </div>
      {asking && <Funds account={id} name={name} way={asking} show={show} onClose={() => setAsking(null)} />}
    </>
  );
}
