/** Trunks: the account's ways to carriers, and whether its calls use those of the account above or these. */
import { SegmentedControl } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery, docQuery, listQuery, patchDoc, readDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import page from "@/ui/page.module.css";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import { statesQuery, TONES } from "./-observed";
import { BLANK, routed, routeOf, type RouteWay, type Trunk } from "./-trunk";
import { TrunkPanel } from "./-trunk-panel";
import classes from "./-trunks.module.css";

export const Route = createFileRoute("/_app/a/$account/trunks/")({ validateSearch: listSearch, component: Trunks });

interface TrunkRow {
  id: string;
  name: string;
  enabled?: boolean;
  weight_cost?: number;
}

function Trunks() {
  const { t } = useTranslation(["trunks", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const trunks = useQuery(listQuery<TrunkRow>(account, "resources"));
  const states = new Map(useQuery(statesQuery(account)).data?.map(({ id, state }) => [id, state]));
  const stateOf = (row: TrunkRow) => states.get(row.id) ?? (row.enabled === false ? "disabled" : "unknown");
  const columns: Column<TrunkRow>[] = [
    { id: "name", title: t("column.name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "state", title: t("column.state"), cell: (row) => <StateDot tone={TONES[stateOf(row)]}>{t(`state.${stateOf(row)}`)}</StateDot>, value: (row) => t(`state.${stateOf(row)}`), width: "200px" },
    { id: "cost", title: t("column.cost"), cell: (row) => row.weight_cost ?? 50, value: (row) => row.weight_cost ?? 50, width: "140px", numeric: true, wide: true },
  ];
  const { open } = search;
  return (
    <ListPage
      list="trunks"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={trunks.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => row.name}
      search={search}
      onSearch={change}
      error={trunks.error}
      onRetry={() => void trunks.refetch()}
      empty={{ icon: IconRoute, title: t("empty.title"), text: t("empty.text") }}
      lead={<Way account={account} />}
    >
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} size={640} title={open === "new" ? t("new") : (trunks.data?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <TrunkPanel account={account} id="" trunk={BLANK} onMade={(id) => change({ open: id })} onGone={() => change({ open: undefined })} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={() => change({ open: undefined })} />}
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const trunk = useQuery(docQuery<Trunk & { id: string }>(account, "resources", id));
  if (trunk.error) return <ErrorState error={trunk.error} onRetry={() => void trunk.refetch()} />;
  return trunk.data ? <TrunkPanel account={account} id={id} trunk={trunk.data} onMade={() => undefined} onGone={onGone} /> : <Skeleton width={200} />;
}

interface Flow {
  id: string;
  name?: string;
  numbers: string[];
  flow: { module: string; data: Record<string, unknown>; children: object };
}

/** Parent or Local. The master has nobody above: its trunks are the system's. */
function Way({ account }: { account: string }) {
  const { t } = useTranslation("trunks");
  const client = useQueryClient();
  const self = useQuery(accountQuery(account)).data;
  const flows = useQuery(listQuery<{ id: string; numbers: string[] }>(account, "callflows")).data;
  const id = flows?.find(({ numbers }) => numbers.includes("no_match"))?.id ?? "";
  const flow = useQuery({ ...docQuery<Flow>(account, "callflows", id), enabled: id !== "" && !self?.superduper_admin }).data;
  if (!flow || !self || self.superduper_admin) return null;
  const way = routeOf(flow.flow);
  const turn = async (to: RouteWay) => {
    const fresh = await readDoc<Flow>(account, "callflows", id);
    await patchDoc(account, "callflows", id, { flow: routed(fresh.flow, to) });
    await client.invalidateQueries({ queryKey: ["account", account] });
  };
  const choose = (to: RouteWay) => {
    turn(to).then(() => tellDone(t(`way.done.${to}`), way ? () => void turn(way).catch(tellFailure) : undefined), tellFailure);
  };
  return (
    <section className={`${page.card} ${classes.way}`} aria-labelledby="trunks-route">
      <div>
        <h2 id="trunks-route">{t("way.title")}</h2>
        <p>{t(way ? `way.help.${way}` : "way.own")}</p>
      </div>
      {way && (
        <SegmentedControl
          aria-labelledby="trunks-route"
          value={way}
          onChange={(value) => choose(value as RouteWay)}
          data={[
            { value: "parent", label: t("way.parent") },
            { value: "local", label: t("way.local") },
          ]}
        />
      )}
    </section>
  );
}
