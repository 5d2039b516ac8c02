/** The porting desk: every order of the accounts below on a board by state, or in a calendar by day. */
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { IconPlus, IconReplace, IconSearch, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { contains } from "@/ui/list/columns";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { Only, useMay } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import { readable } from "@/ui/phone-number";
import { SidePanel } from "@/ui/side-panel";

import { Board } from "./-board";
import { Bulk } from "./-bulk";
import { Calendar } from "./-calendar";
import { MoveDialog } from "./-move-dialog";
import { NewOrder } from "./-new-order";
import { OrderPanel } from "./-order-panel";
import { OutForm } from "./-out-form";
import { OutList } from "./-out-list";
import { boardQuery, type Card, here } from "./-port";
import classes from "./-porting.module.css";
import { type State, type View, VIEWS } from "./-states";
import { ASKED, type Move, useMove } from "./-use-move";

interface Search extends ListSearch {
  view?: View;
  /** "2026-12" */
  month?: string;
}

export const Route = createFileRoute("/_app/a/$account/porting/")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...listSearch(search),
    view: VIEWS.find((one) => one === search.view),
    month: typeof search.month === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(search.month) ? search.month : undefined,
  }),
  component: Porting,
});

function Porting() {
  const { t } = useTranslation(["porting", "ui"]);
  const { account } = Route.useParams();
  const [today] = useState(() => here(new Date()));
  const { q = "", open, view = "board", month = today.slice(0, 7) } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const board = useQuery(boardQuery(account));
  const [asking, setAsking] = useState<Move | null>(null);
  const run = useMove(account, (card) => change({ open: card.id }, false));
  const move = (card: Card, to: State) => {
    if (ASKED.has(to)) setAsking({ card, to });
    else void run({ card, to });
  };
  const may = useMay();
  const orders = may("port_requests.update") ? board.data : board.data?.map((card) => ({ ...card, may_become: [] }));
  const cards = orders?.filter((card) => contains(q, card.name, card.account_name, card.losing_carrier ?? "", ...card.numbers, ...card.numbers.slice(0, 20).map(readable)));
  const card = orders?.find(({ id }) => id === open);
  const close = () => change({ open: undefined });
  const title = open === "new" ? t("new.title") : open === "file" ? t("bulk.title") : open === "ask" ? t("out.ask.title") : (card?.name ?? " ");
  const add = view === "leaving" ? (
    <Only may="port_outs.create">
      <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => change({ open: "ask" }, false)}>
        {t("out.ask.open")}
      </Button>
    </Only>
  ) : (
    <>
      <Only may="port_requests.create">
        <Button variant="default" leftSection={<IconUpload size={16} stroke={1.6} />} onClick={() => change({ open: "file" }, false)}>
          {t("bulk.open")}
        </Button>
      </Only>
      <Only may="port_requests.create">
        <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => change({ open: "new" }, false)}>
          {t("new.open")}
        </Button>
      </Only>
    </>
  );
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} about={t("about")}>
        {add}
      </PageHeader>
      <div className={classes.bar}>
        <TextInput className={classes.search} aria-label={t("search")} placeholder={t("search")} leftSection={<IconSearch size={16} stroke={1.6} />} data-list-search value={q} onChange={(event) => change({ q: event.currentTarget.value || undefined })} />
        <SegmentedControl aria-label={t("view.label")} value={view} onChange={(value) => change({ view: VIEWS.find((one) => one === value && one !== "board") })} data={VIEWS.map((value) => ({ value, label: t(`view.${value}`) }))} />
      </div>
      {view === "leaving" ? (
        <OutList office={account} q={q} onAsk={() => change({ open: "ask" }, false)} />
      ) : board.error ? (
        <ErrorState error={board.error} onRetry={() => void board.refetch()} />
      ) : board.data?.length === 0 ? (
        <EmptyState icon={IconReplace} title={t("empty.title")} text={t("empty.text")} action={may("port_requests.create") && <Button onClick={() => change({ open: "new" }, false)}>{t("new.open")}</Button>} />
      ) : view === "board" ? (
        <Board cards={cards} open={open} onOpen={(id) => change({ open: id }, false)} onMove={move} />
      ) : (
        <Calendar cards={cards} month={month} today={today} onMonth={(next) => change({ month: next })} onOpen={(id) => change({ open: id }, false)} />
      )}
      <SidePanel opened={open !== undefined} onClose={close} size={680} title={title}>
        {open === "new" && <NewOrder office={account} onMade={(id) => change({ open: id })} />}
        {open === "ask" && <OutForm office={account} onMade={close} />}
        {open === "file" && <Bulk office={account} onMade={close} />}
        {card && <OrderPanel key={card.id} office={account} card={card} onMove={move} onGone={close} />}
      </SidePanel>
      {asking && <MoveDialog key={`${asking.card.id} ${asking.to}`} move={asking} onClose={() => setAsking(null)} run={run} />}
    </div>
  );
}
