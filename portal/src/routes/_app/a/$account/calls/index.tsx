/** The call log: calls now on top, finished calls below, read page by page as one scrolls. */
import { SegmentedControl, Select } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { callLogQuery, type Cdr, toGregorian } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import list from "@/ui/list/list-page.module.css";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { useColumns } from "@/ui/list/use-columns";
import { PageHeader } from "@/ui/page-header";

import { CallPanel } from "./-call-panel";
import { filtered, type Outcome } from "./-cdr";
import { callColumns } from "./-columns";
import { LiveCalls } from "./-live";
import { type Period, span } from "./-time";

interface Search {
  q?: string;
  period?: Period;
  outcome?: Outcome;
  call?: string;
}

const OUTCOMES = ["answered", "missed", "busy", "declined", "failed"] as const;
const PERIOD_CHOICES = ["today", "week", "month"] as const;
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export const Route = createFileRoute("/_app/a/$account/calls/")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    q: typeof search.q === "number" ? String(search.q) : text(search.q),
    period: PERIOD_CHOICES.find((one) => one === search.period),
    outcome: OUTCOMES.find((one) => one === search.outcome),
    call: text(search.call),
  }),
  component: Calls,
});

const interactionOf = (cdr: Cdr) => cdr.interaction_id ?? cdr.id;

function Calls() {
  const { t, i18n } = useTranslation(["calls", "ui"]);
  const { account } = Route.useParams();
  const { q = "", period = "week", outcome, call } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });

  const [opened] = useState(() => new Date());
  const [from, to] = span(period, opened).map(toGregorian) as [number, number];
  const log = useInfiniteQuery(callLogQuery(account, from, to));
  const all = log.data?.pages.flatMap((page) => page.data);
  const columns = callColumns(t, i18n.language);
  const { shown, choices, toggle } = useColumns("calls", columns);
  const rows = all && filtered(all, q, outcome);
  /** The file has every call of the period that the search and the outcome leave, also those not scrolled to yet. */
  const exportAll = async () => {
    let pages = log.data?.pages ?? [];
    let next = log.hasNextPage;
    while (next) {
      // oxlint-disable-next-line no-await-in-loop -- each page begins where the last one ended
      const read = await log.fetchNextPage();
      if (read.error) {
        tellFailure(read.error);
        return;
      }
      pages = read.data?.pages ?? pages;
      next = read.hasNextPage;
    }
    download("calls.csv", "text/csv", toCsv(filtered(pages.flatMap((page) => page.data), q, outcome), columns));
  };
  const more = () => {
    if (log.hasNextPage && !log.isFetchingNextPage) void log.fetchNextPage();
  };

  return (
    <div className={list.page}>
      <PageHeader title={t("title")} about={t("about")} />
      <LiveCalls account={account} />
      <Toolbar
        search={q}
        onSearch={(value) => change({ q: value || undefined })}
        placeholder={t("search")}
        onExport={rows && (() => void exportAll())}
        columns={choices}
        onColumn={toggle}
      >
        <SegmentedControl
          aria-label={t("period.label")}
          value={period}
          onChange={(value) => change({ period: PERIOD_CHOICES.find((one) => one === value) })}
          data={PERIOD_CHOICES.map((value) => ({ value, label: t(`period.${value}`) }))}
        />
        <Select
          aria-label={t("column.outcome")}
          placeholder={t("anyOutcome")}
          clearable
          w={160}
          value={outcome ?? null}
          onChange={(value) => change({ outcome: OUTCOMES.find((one) => one === value) })}
          data={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
        />
      </Toolbar>
      {log.error ? (
        <ErrorState error={log.error} onRetry={() => void log.refetch()} />
      ) : (
        <Table
          label={t("title")}
          rows={rows}
          columns={shown}
          idOf={interactionOf}
          nameOf={interactionOf}
          open={call}
          onOpen={(row) => change({ call: interactionOf(row) }, false)}
          onEnd={more}
          empty={
            all?.length ? (
              <EmptyState icon={IconHistory} title={t("ui:list.noMatch")} text={t("noMatchHelp")} />
            ) : (
              <EmptyState icon={IconHistory} title={t("empty.title")} text={t("empty.text")} />
            )
          }
        />
      )}
      <CallPanel account={account} interaction={call} onClose={() => change({ call: undefined })} />
    </div>
  );
}
