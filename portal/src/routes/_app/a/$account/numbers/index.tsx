/** The account's phone numbers: what each reaches, and the address that an emergency call from it gives. */
import { Select } from "@mantine/core";
import { IconHash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { callflowsQuery, numbersQuery } from "@/api";
import { useTargets } from "@/pbx/use-targets";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { readable } from "@/ui/phone-number";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import { NumberPanel } from "./-number-panel";

interface Search extends ListSearch {
  use?: "used" | "spare";
}

export const Route = createFileRoute("/_app/a/$account/numbers/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), use: (["used", "spare"] as const).find((one) => one === search.use) }),
  component: Numbers,
});

interface NumberLine {
  number: string;
  flow: string | undefined;
  /** Whether calls can come: not yet for one on its way here. */
  state: string;
  reaches: string;
  features: string[];
}

function Numbers() {
  const { t } = useTranslation(["numbers", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const numbers = useQuery(numbersQuery(account));
  const flows = useQuery(callflowsQuery(account));
  const targets = useTargets(account);
  const nameOf = (flow: string) => (flows.data?.find(({ id }) => id === flow)?.name === "MainCallflow" ? t("ui:page.main-number") : flows.data?.find(({ id }) => id === flow)?.name === "MainConference" ? t("ui:page.conferences") : targets.nameOf(`callflow:${flow}`));
  const rows =
    numbers.data &&
    flows.data &&
    Object.entries(numbers.data).map(([number, row]): NumberLine => {
      const flow = flows.data.find((one) => one.numbers.includes(number))?.id;
      return { number, flow, state: row.state, reaches: flow ? nameOf(flow) : "", features: row.features ?? [] };
    });
  const reaches = (row: NumberLine) => {
    const moving = (["port_in", "port_out"] as const).find((state) => state === row.state);
    if (moving) return <StateDot tone="warn">{row.flow ? t("movingOf", { reaches: row.reaches, moving: t(`moving.${moving}`) }) : t(`moving.${moving}`)}</StateDot>;
    return row.flow ? row.reaches : <StateDot tone="off">{t("spare")}</StateDot>;
  };
  const columns: Column<NumberLine>[] = [
    { id: "number", title: t("column.number"), cell: (row) => <span className="tabular">{readable(row.number)}</span>, value: (row) => row.number, width: "200px", phone: "54%" },
    { id: "reaches", title: t("column.reaches"), cell: reaches, value: (row) => row.reaches },
    { id: "address", title: t("column.address"), cell: (row) => <StateDot tone={row.features.includes("e911") ? "good" : "warn"}>{t(row.features.includes("e911") ? "address.yes" : "address.no")}</StateDot>, value: (row) => String(row.features.includes("e911")), width: "200px", wide: true },
  ];
  const { open, use } = search;
  const chosen = rows?.find(({ number }) => number === open || number === `+${open?.trim()}`);
  return (
    <ListPage
      list="numbers"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      rows={rows?.filter(({ flow }) => !use || (use === "used") === Boolean(flow))}
      columns={columns}
      idOf={(row) => row.number}
      nameOf={(row) => readable(row.number)}
      textOf={(row) => `${row.number} ${readable(row.number)} ${row.reaches}`}
      search={search}
      onSearch={change}
      error={numbers.error ?? flows.error}
      onRetry={() => void numbers.refetch()}
      empty={{ icon: IconHash, title: t("empty.title"), text: t("empty.text") }}
      filters={<Select aria-label={t("column.reaches")} placeholder={t("any")} clearable w={176} value={use ?? null} onChange={(value) => change({ use: (["used", "spare"] as const).find((one) => one === value) })} data={(["used", "spare"] as const).map((value) => ({ value, label: t(`filter.${value}`) }))} />}
    >
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} title={chosen ? readable(chosen.number) : " "}>
        {chosen && flows.data && <NumberPanel key={chosen.number} account={account} number={chosen.number} flow={chosen.flow} flows={flows.data} nameOf={nameOf} />}
      </SidePanel>
    </ListPage>
  );
}
