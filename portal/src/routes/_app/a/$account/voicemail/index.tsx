/** Voicemail boxes: whose they are and what waits in them. */
import { Tabs } from "@mantine/core";
import { IconRecordMail } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { docQuery, removeDoc, usersQuery, type VoicemailBoxRow, voicemailBoxesQuery } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { userName } from "@/ui/frame/palette-entries";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import type { BoxDoc } from "./-box-form";

const BoxForm = lazy(async () => ({ default: (await import("./-box-form")).BoxForm }));
const NewBox = lazy(async () => ({ default: (await import("./-box-form")).NewBox }));
const Messages = lazy(async () => ({ default: (await import("./-messages")).Messages }));

const TABS = ["messages", "settings", "greeting"] as const;
type Tab = (typeof TABS)[number];
interface Search extends ListSearch {
  tab?: Tab;
}

export const Route = createFileRoute("/_app/a/$account/voicemail/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), tab: TABS.find((one) => one === search.tab) }),
  component: Voicemail,
});

function Voicemail() {
  const { t } = useTranslation(["voicemail", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const boxes = useQuery(voicemailBoxesQuery(account));
  const users = useQuery(usersQuery(account)).data ?? [];
  const owner = new Map(users.map((user) => [user.id, userName(user)]));
  const columns: Column<VoicemailBoxRow>[] = [
    { id: "mailbox", title: t("column.mailbox"), cell: (row) => row.mailbox, value: (row) => row.mailbox, width: "120px", phone: "20%" },
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "owner", title: t("owner"), cell: (row) => owner.get(row.owner_id ?? "") ?? t("shared"), value: (row) => owner.get(row.owner_id ?? "") ?? "", wide: true },
    { id: "messages", title: t("column.messages"), cell: (row) => row.messages || "–", value: (row) => row.messages, width: "112px", phone: "26%", numeric: true },
  ];
  const { open, tab = "messages" } = search;
  const close = () => change({ open: undefined, tab: undefined });
  const found = boxes.data?.find(({ id }) => id === open);
  return (
    <ListPage
      list="voicemail"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={boxes.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => [row.name, row.mailbox, owner.get(row.owner_id ?? "")].join(" ")}
      search={search}
      onSearch={change}
      error={boxes.error}
      onRetry={() => void boxes.refetch()}
      bulk={{ account, remove: { run: (row) => removeDoc(account, "vmboxes", row.id), what: t("removeHelp") } }}
      empty={{ icon: IconRecordMail, title: t("empty.title"), text: t("empty.text") }}
    >
      <SidePanel opened={open !== undefined} onClose={close} size={600} title={open === "new" ? t("new") : (found?.name ?? " ")}>
        <Suspense>
          {open === "new" && <NewBox account={account} onDone={(id) => change({ open: id, tab: "settings" })} />}
          {open && open !== "new" && <Existing key={open} account={account} id={open} tab={tab} onTab={(next) => change({ tab: next }, false)} onGone={close} />}
        </Suspense>
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, tab, onTab, onGone }: { account: string; id: string; tab: Tab; onTab: (tab: Tab | undefined) => void; onGone: () => void }) {
  const { t } = useTranslation(["voicemail", "ui"]);
  const box = useQuery(docQuery<BoxDoc>(account, "vmboxes", id));
  if (box.error) return <ErrorState error={box.error} onRetry={() => void box.refetch()} />;
  if (!box.data) return <Skeleton width={200} />;
  return (
    <Tabs value={tab} onChange={(next) => onTab(TABS.find((one) => one === next))} keepMounted={false}>
      <Tabs.List mb="md">
        {TABS.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`tab.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="messages">
        <Messages account={account} box={id} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <BoxForm account={account} box={box.data} part="settings" onGone={onGone} />
      </Tabs.Panel>
      <Tabs.Panel value="greeting">
        <BoxForm account={account} box={box.data} part="greeting" onGone={onGone} />
      </Tabs.Panel>
    </Tabs>
  );
}
