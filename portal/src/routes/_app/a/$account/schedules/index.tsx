/** Schedules: when something is in force (opening hours, holidays, nights), and sets of them; drawn as a week. */
import { SegmentedControl } from "@mantine/core";
import { IconCalendarTime } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery } from "@/api";
import { ErrorState } from "@/ui/error-state";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import type { RuleDoc, RuleSetDoc } from "./-rule";
import { moment, type Standing, standingsQuery } from "./-standing";

const RuleForm = lazy(async () => ({ default: (await import("./-rule-form")).RuleForm }));
const NewRule = lazy(async () => ({ default: (await import("./-rule-form")).NewRule }));
const SetForm = lazy(async () => ({ default: (await import("./-set-form")).SetForm }));
const NewSet = lazy(async () => ({ default: (await import("./-set-form")).NewSet }));

interface Row {
  id: string;
  name: string;
  type?: string;
  rules?: string[] | number;
}

const KINDS = ["rules", "sets"] as const;
interface Search extends ListSearch {
  kind?: (typeof KINDS)[number];
}

export const Route = createFileRoute("/_app/a/$account/schedules/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), kind: KINDS.find((one) => one === search.kind) }),
  component: Schedules,
});

function Schedules() {
  const { t, i18n } = useTranslation(["schedules", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const { open, kind = "rules" } = search;
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const rules = useQuery(listQuery<Row>(account, "temporal_rules"));
  const sets = useQuery(listQuery<Row>(account, "temporal_rules_sets"));
  const query = kind === "rules" ? rules : sets;
  const names = new Map(rules.data?.map(({ id, name }) => [id, name]));
  const members = (row: Row) => (Array.isArray(row.rules) ? row.rules.map((id) => names.get(id) ?? "").filter(Boolean).join(", ") : "");
  const columns: Column<Row>[] = [{ id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name }];
  if (kind === "sets") columns.push({ id: "rules", title: t("schedules"), cell: members, value: members });
  else columns.push({ id: "usedFor", title: t("usedFor"), cell: (row) => (row.type?.startsWith("main") ? t("mainNumber") : ""), value: (row) => row.type ?? "", wide: true, width: "220px" });
  const standings = useQuery(standingsQuery(account)).data;
  /** A set is in force while any of its rules is. */
  const standing = (row: Row) => (kind === "rules" ? standings?.rules.get(row.id) : Array.isArray(row.rules) ? row.rules.map((id) => standings?.rules.get(id)).find((one) => one?.in_force) : undefined);
  const until = ({ in_force: on, until: at }: Standing) => (at ? t(on ? "now.until" : "now.from", { when: moment(at, standings?.timezone, i18n.language) }) : "");
  const words = (known: Standing) => {
    const when = kind === "rules" ? until(known) : "";
    if (!known.in_force) return when || t("now.off");
    return [t("now.on"), when].filter(Boolean).join(", ");
  };
  const now = (row: Row) => {
    const known = standing(row);
    if (!known) return kind === "sets" && standings ? <StateDot tone="off">{t("now.off")}</StateDot> : null;
    return (
      <StateDot tone={known.in_force ? "good" : "off"}>
        {known.overridden ? t(known.in_force ? "overrides.on" : "overrides.off") : words(known)}
      </StateDot>
    );
  };
  columns.splice(1, 0, { id: "now", title: t("now.title"), cell: now, value: (row) => (standing(row)?.in_force ? 0 : 1), width: kind === "rules" ? "360px" : "160px", phone: "56%" });
  const close = () => change({ open: undefined });
  return (
    <ListPage
      key={kind}
      list={`schedules-${kind}`}
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t(kind === "rules" ? "add" : "addSet")}
      rows={query.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${members(row)}`}
      search={search}
      onSearch={change}
      error={query.error}
      onRetry={() => void query.refetch()}
      empty={{ icon: IconCalendarTime, title: t(kind === "rules" ? "empty.title" : "emptySets.title"), text: t(kind === "rules" ? "empty.text" : "emptySets.text") }}
      filters={<SegmentedControl aria-label={t("title")} value={kind} onChange={(next) => change({ kind: KINDS.find((one) => one === next), open: undefined })} data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />}
    >
      <SidePanel opened={open !== undefined} onClose={close} size={560} title={open === "new" ? t(kind === "rules" ? "new" : "newSet") : (query.data?.find(({ id }) => id === open)?.name ?? " ")}>
        <Suspense>
          {open === "new" && (kind === "rules" ? <NewRule account={account} onDone={(id) => change({ open: id })} /> : <NewSet account={account} onDone={(id) => change({ open: id })} />)}
          {open && open !== "new" && (kind === "rules" ? <Rule key={open} account={account} id={open} onGone={close} /> : <RuleSet key={open} account={account} id={open} onGone={close} />)}
        </Suspense>
      </SidePanel>
    </ListPage>
  );
}

function Rule({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const rule = useQuery(docQuery<RuleDoc>(account, "temporal_rules", id));
  if (rule.error) return <ErrorState error={rule.error} onRetry={() => void rule.refetch()} />;
  if (!rule.data) return <Skeleton width={200} />;
  return <RuleForm account={account} rule={rule.data} onGone={onGone} />;
}

function RuleSet({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const set = useQuery(docQuery<RuleSetDoc>(account, "temporal_rules_sets", id));
  if (set.error) return <ErrorState error={set.error} onRetry={() => void set.refetch()} />;
  if (!set.data) return <Skeleton width={200} />;
  return <SetForm account={account} set={set.data} onGone={onGone} />;
}
