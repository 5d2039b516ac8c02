/** Searching what carriers sell, choosing from it, and ordering what was chosen. */
import { Button } from "@mantine/core";
import { IconBuildingStore, IconCheck, IconMoodEmpty } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { Only, useMay } from "@/ui/may";
import { exactMoney } from "@/ui/money";
import { readable } from "@/ui/phone-number";

import classes from "./-buy.module.css";
import { OrderDialog } from "./-order-dialog";
import { type Offer, offersQuery, type Wanted } from "./-search";
import { SearchForm } from "./-search-form";

interface Props {
  office: string;
  country: string;
  wanted: Wanted | null;
  onSearch: (wanted: Wanted) => void;
  onOrders: () => void;
}

export function Offers({ office, country, wanted, onSearch, onOrders }: Props) {
  const { t, i18n } = useTranslation(["buy", "ui"]);
  const offers = useQuery(offersQuery(wanted));
  const may = useMay();
  const [filter, setFilter] = useState("");
  const [sortText, setSort] = useState<string>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [ordering, setOrdering] = useState(false);
  const price = (text: string | undefined, currency: string | undefined) => (text === undefined ? "–" : currency ? exactMoney(Number(text), currency, i18n.language) : text);
  const place = ({ locality }: Offer) => [locality.city, locality.province].filter(Boolean).join(", ");
  const columns: Column<Offer>[] = [
    { id: "number", title: t("number"), cell: (row) => <Digits number={row.number} chosen={selected.has(row.number)} />, value: (row) => row.number, width: "220px", phone: "65%" },
    { id: "place", title: t("place"), cell: place, value: place, wide: true },
    { id: "rate", title: t("monthly"), cell: (row) => price(row.rate, row.currency), value: (row) => Number(row.rate ?? 0), width: "132px", numeric: true },
    { id: "once", title: t("once"), cell: (row) => price(row.activation_charge, row.currency), value: (row) => Number(row.activation_charge ?? 0), width: "132px", numeric: true, wide: true },
  ];
  const sort = parseSort(sortText, "number");
  const rows = offers.data && sorted(offers.data.filter((row) => contains(filter, row.number, readable(row.number), place(row))), columns, sort);
  const flip = (number: string) => {
    const next = new Set(selected);
    if (!next.delete(number)) next.add(number);
    setSelected(next);
  };
  const chosen = offers.data?.filter(({ number }) => selected.has(number)) ?? [];
  const away = offers.error instanceof Problem && offers.error.status === 503;
  return (
    <>
      <SearchForm
        start={wanted ?? { kind: "local", country, prefix: "", contains: "", city: "" }}
        busy={offers.isFetching}
        onSearch={(next) => {
          setSelected(new Set());
          onSearch(next);
        }}
      />
      {!wanted && <EmptyState icon={IconBuildingStore} title={t("start.title")} text={t("start.text")} />}
      {wanted && away && <EmptyState icon={IconMoodEmpty} title={t("away.title")} text={t("away.text")} action={<Button onClick={() => void offers.refetch()}>{t("ui:retry")}</Button>} />}
      {wanted && offers.error && !away && <ErrorState error={offers.error} onRetry={() => void offers.refetch()} />}
      {wanted && !offers.error && (
        <div className={classes.list}>
          <Toolbar
            search={filter}
            onSearch={setFilter}
            placeholder={t("filter")}
            selectedCount={chosen.length}
            onClearSelection={() => setSelected(new Set())}
            bulk={
              <Only may="phone_numbers.activate">
                <Button size="compact-sm" onClick={() => setOrdering(true)}>
                  {t("order.open", { count: chosen.length })}
                </Button>
              </Only>
            }
            onExport={rows && (() => download("offers.csv", "text/csv", toCsv(rows, columns)))}
          />
          <Table
            label={t("offers")}
            rows={rows}
            columns={columns}
            idOf={(row) => row.number}
            nameOf={(row) => readable(row.number)}
            sort={sort}
            onSort={setSort}
            onOpen={(row) => flip(row.number)}
            selected={selected}
            onSelect={may("phone_numbers.activate") ? setSelected : undefined}
            empty={<EmptyState icon={IconMoodEmpty} title={t(offers.data?.length ? "ui:list.noMatch" : "none.title")} text={t(offers.data?.length ? "ui:list.noMatchHelp" : "none.text")} />}
          />
        </div>
      )}
      {ordering && <OrderDialog office={office} offers={chosen} onClose={() => setOrdering(false)} onOrdered={() => setSelected(new Set())} onOrders={onOrders} />}
    </>
  );
}

/** On a phone there are no boxes to tick: a touch chooses the row, and its mark says so. */
function Digits({ number, chosen }: { number: string; chosen: boolean }) {
  const { t } = useTranslation("buy");
  return (
    <span className={`tabular ${classes.number}`}>
      {chosen && <IconCheck className={classes.chosen} size={16} stroke={2} aria-label={t("chosen")} />}
      {readable(number)}
    </span>
  );
}
