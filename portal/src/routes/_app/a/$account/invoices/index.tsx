/** Invoices: those sent to the accounts below and those got from the account above, with their lines, sums and files. */
import { Button, SegmentedControl } from "@mantine/core";
import { IconEye, IconFileInvoice, IconSettings } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery } from "@/api";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { money } from "@/ui/money";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import { due, type InvoiceRow, receivedQuery, sentQuery } from "./-invoice";
import { Issuer } from "./-issuer";
import { Next, Own } from "./-next";
import { Issued } from "./-paper";

interface Search extends ListSearch {
  view?: "received";
}

export const Route = createFileRoute("/_app/a/$account/invoices/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), view: search.view === "received" ? "received" : undefined }),
  component: Invoices,
});

function Invoices() {
  const { t, i18n } = useTranslation(["invoices", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const self = useQuery(accountQuery(account)).data;
  // An account without accounts below sends none.
  const sells = Boolean(self?.is_reseller || self?.superduper_admin);
  const received = search.view === "received" || (self !== undefined && !sells);
  const invoices = useQuery({ ...(received ? receivedQuery(account) : sentQuery(account)), enabled: self !== undefined });
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric", timeZone: "UTC" });
  const amount = (row: InvoiceRow, value: number) => money(value, row.currency, i18n.language);
  const columns: Column<InvoiceRow>[] = [
    { id: "number", title: t("number"), cell: (row) => <span className="tabular">{row.label}</span>, value: (row) => row.number, width: "160px", phone: "36%" },
    ...(received ? [] : [{ id: "account", title: t("account"), cell: (row: InvoiceRow) => row.account_name ?? "", value: (row: InvoiceRow) => row.account_name ?? "" }]),
    { id: "period", title: t("period"), cell: (row) => (row.at_once ? day.formatRange(new Date(row.period.start), new Date(row.period.end)) : month.format(new Date(row.period.start))), value: (row) => row.period.start, width: "176px", wide: true },
    { id: "issued", title: t("issued"), cell: (row) => day.format(new Date(row.issued)), value: (row) => row.issued, width: "144px", wide: true },
    { id: "total", title: t("total"), cell: (row) => amount(row, row.total), value: (row) => row.total, width: "144px", numeric: true, wide: true },
    ...(received ? [] : [{ id: "credited", title: t("credit.column"), cell: (row: InvoiceRow) => (row.credited ? amount(row, row.credited) : ""), value: (row: InvoiceRow) => row.credited ?? 0, width: "128px", numeric: true, wide: true }]),
    { id: "due", title: t("due"), cell: (row) => (due(row.closing) ? amount(row, due(row.closing)) : <StateDot tone="good">{t("settled")}</StateDot>), value: (row) => due(row.closing), width: "144px", numeric: true },
  ];
  const { open } = search;
  const row = invoices.data?.find(({ id }) => id === open);
  return (
    <ListPage
      list="invoices"
      title={t("title")}
      about={t(sells || !self ? "about" : "aboutOwn")}
      placeholder={t("search")}
      rows={invoices.data}
      columns={columns}
      idOf={(one) => one.id}
      nameOf={(one) => t("one", { number: one.label })}
      textOf={(one) => `${one.label} ${one.account_name ?? ""} ${month.format(new Date(one.period.start))} ${one.issued}`}
      search={{ ...search, sort: search.sort ?? "-issued" }}
      onSearch={change}
      error={invoices.error}
      onRetry={() => void invoices.refetch()}
      empty={received ? { icon: IconFileInvoice, title: t("empty.received"), text: t(sells ? "empty.receivedText" : "empty.ownText") } : { icon: IconFileInvoice, title: t("empty.title"), text: t("empty.text") }}
      actions={
        <>
          {sells && (
            <Button variant="default" leftSection={<IconSettings size={16} stroke={1.6} />} onClick={() => change({ open: "issuer" }, false)}>
              {t("issuer.open")}
            </Button>
          )}
          <Button variant="default" leftSection={<IconEye size={16} stroke={1.6} />} onClick={() => change({ open: "next" }, false)}>
            {t("next.open")}
          </Button>
        </>
      }
      filters={
        // The master gets no invoices: nobody is above it.
        sells && self?.superduper_admin === false && (
          <SegmentedControl
            aria-label={t("view.label")}
            value={received ? "received" : "sent"}
            onChange={(value) => change({ view: value === "received" ? "received" : undefined, open: undefined })}
            data={[
              { value: "sent", label: t("view.sent") },
              { value: "received", label: t("view.received") },
            ]}
          />
        )
      }
    >
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} size={680} title={open === "next" ? t("next.title") : open === "issuer" ? t("issuer.title") : row ? t("one", { number: row.label }) : " "}>
        {open === "next" && self && (sells ? <Next office={account} /> : <Own id={account} name={self.name} />)}
        {open === "issuer" && self && sells && <Issuer account={account} name={self.name} />}
        {open && row && <Issued key={open} account={row.account_id ?? account} id={open} sent={!received} />}
      </SidePanel>
    </ListPage>
  );
}
