/** Webhooks: what is told to whom when something happens, whether it arrives, and which were switched off because nobody heard. */
import { Button, Tabs } from "@mantine/core";
import { IconWebhook } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { call, docQuery, listQuery, patchDoc, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { Only } from "@/ui/may";
import page from "@/ui/page.module.css";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import { Attempts } from "./-attempts";
import { type Hook, type HookRow, standing, TONES } from "./-hook";
import { BLANK, HookForm } from "./-hook-form";
import classes from "./-webhooks.module.css";

interface Search extends ListSearch {
  tab?: "attempts";
}

export const Route = createFileRoute("/_app/a/$account/webhooks/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), tab: search.tab === "attempts" ? "attempts" : undefined }),
  component: Webhooks,
});

function Webhooks() {
  const { t } = useTranslation(["webhooks", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const hooks = useQuery(listQuery<HookRow>(account, "webhooks"));
  const columns: Column<HookRow>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "state", title: t("stands"), cell: (row) => <StateDot tone={TONES[standing(row)]}>{t(`standing.${standing(row)}`)}</StateDot>, value: standing, width: "216px" },
    { id: "hook", title: t("event"), cell: (row) => row.hook, value: (row) => row.hook, width: "176px", wide: true },
    { id: "uri", title: t("uri"), cell: (row) => row.uri, value: (row) => row.uri, wide: true },
  ];
  const { open, tab = "settings" } = search;
  const gone = () => change({ open: undefined, tab: undefined });
  return (
    <ListPage
      list="webhooks"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={hooks.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${row.hook} ${row.uri}`}
      search={search}
      onSearch={change}
      error={hooks.error}
      onRetry={() => void hooks.refetch()}
      empty={{ icon: IconWebhook, title: t("empty.title"), text: t("empty.text") }}
      lead={<Silenced account={account} count={hooks.data?.filter((row) => standing(row) === "failed").length ?? 0} />}
    >
      <SidePanel opened={open !== undefined} onClose={gone} size={600} title={open === "new" ? t("new") : (hooks.data?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <HookForm account={account} id="" hook={BLANK} onMade={(id) => change({ open: id, tab: "attempts" })} onGone={gone} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} tab={tab} onTab={(next) => change({ tab: next === "attempts" ? next : undefined })} onGone={gone} />}
      </SidePanel>
    </ListPage>
  );
}

/** Those that were switched off after failures, and switching them all on again. */
function Silenced({ account, count }: { account: string; count: number }) {
  const { t } = useTranslation("webhooks");
  const client = useQueryClient();
  if (count === 0) return null;
  const all = async () => {
    try {
      const { data } = await call<Record<string, string>>("PATCH", urls.getEnableWebhooksUrl(account), { body: {} });
      tellDone(t("enabledAgain", { count: Object.keys(data).length }));
    } catch (error) {
      tellFailure(error);
    } finally {
      await client.invalidateQueries({ queryKey: ["account", account, "webhooks"] });
    }
  };
  return (
    <div className={`${form.notice} ${page.lead}`} aria-live="polite">
      <span>{t("silenced", { count })}</span>
      <Only may="webhooks.update">
        <Button variant="default" size="compact-sm" onClick={() => void all()}>
          {t("enableAll")}
        </Button>
      </Only>
    </div>
  );
}

interface ExistingProps {
  account: string;
  id: string;
  tab: string;
  onTab: (tab: string | null) => void;
  onGone: () => void;
}

function Existing({ account, id, tab, onTab, onGone }: ExistingProps) {
  const { t, i18n } = useTranslation(["webhooks", "ui"]);
  const client = useQueryClient();
  const hook = useQuery(docQuery<Hook>(account, "webhooks", id));
  if (hook.error) return <ErrorState error={hook.error} onRetry={() => void hook.refetch()} />;
  if (!hook.data) return <Skeleton width={200} />;
  const turn = async (enabled: boolean) => {
    await patchDoc(account, "webhooks", id, { enabled });
    await client.invalidateQueries({ queryKey: ["account", account, "webhooks"] });
  };
  const { disable_reason: reason = "", disable_code: code } = hook.data;
  // Without the status of the last answer, which the list of attempts has.
  const because = i18n.language === "en" || !code ? reason : t("why.off", { why: t(`why.${code as "private"}`, { status: "" }) });
  const on = () => void turn(true).then(() => tellDone(t("enabledOne", { name: hook.data.name }), () => void turn(false).catch(tellFailure)), tellFailure);
  return (
    <>
      {standing(hook.data) === "failed" && (
        <div className={classes.silenced} aria-live="polite">
          <p>{t("silencedOne")}</p>
          <p className={classes.why}>{because}</p>
          <Only may="webhooks.update">
            <Button size="compact-sm" onClick={on}>
              {t("enable")}
            </Button>
          </Only>
        </div>
      )}
      <Tabs value={tab} onChange={onTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="settings">{t("tab.settings")}</Tabs.Tab>
          <Tabs.Tab value="attempts">{t("tab.attempts")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <HookForm account={account} id={id} hook={hook.data} onMade={() => undefined} onGone={onGone} />
        </Tabs.Panel>
        <Tabs.Panel value="attempts">
          <Attempts account={account} id={id} enabled={hook.data.enabled !== false} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
