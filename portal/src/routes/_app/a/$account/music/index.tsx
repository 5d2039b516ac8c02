/** Hold music of the company, and the library of everything that can be played. */
import { TextInput } from "@mantine/core";
import { IconMusic } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { type Account, accountQuery, call, docQuery, listQuery, patchDoc, removeDoc, urls } from "@/api";
import { MediaField } from "@/ui/audio/media-field";
import { Player } from "@/ui/audio/player";
import { AudioUpload } from "@/ui/audio/upload";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { Removal } from "@/ui/may";
import page from "@/ui/page.module.css";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

export const Route = createFileRoute("/_app/a/$account/music/")({ validateSearch: listSearch, component: Music });

interface MediaRow {
  id: string;
  name: string;
  media_type?: string;
  media_source?: string;
  language?: string;
}

function Music() {
  const { t } = useTranslation(["music", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const client = useQueryClient();
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const media = useQuery(listQuery<MediaRow>(account, "media"));
  const self = useQuery(accountQuery(account)).data;
  const source = (row: MediaRow) => t(`source.${(row.media_source ?? "upload") as "upload"}`, { defaultValue: row.media_source ?? "" });
  const columns: Column<MediaRow>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "source", title: t("column.source"), cell: source, value: source, width: "160px" },
    { id: "type", title: t("column.type"), cell: (row) => row.media_type ?? "–", value: (row) => row.media_type ?? "", width: "160px", wide: true },
  ];
  const { open } = search;
  const found = media.data?.find(({ id }) => id === open);
  const close = () => change({ open: undefined });
  return (
    <ListPage
      list="media"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={media.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${source(row)}`}
      search={search}
      onSearch={change}
      error={media.error}
      onRetry={() => void media.refetch()}
      empty={{ icon: IconMusic, title: t("empty.title"), text: t("empty.text") }}
      lead={<div className={`${page.card} ${page.body} ${page.lead}`}>{self ? <HoldMusic account={account} self={self} /> : <Skeleton width={240} />}</div>}
    >
      <SidePanel opened={open !== undefined} onClose={close} title={open === "new" ? t("add") : (found?.name ?? " ")}>
        {open === "new" && (
          <AudioUpload
            account={account}
            onDone={(made) => {
              tellDone(t("ui:audio.uploaded", { name: made.name }));
              void client.invalidateQueries({ queryKey: ["account", account, "media"] });
              change({ open: made.id });
            }}
          />
        )}
        {found && <MediaPanel key={found.id} account={account} id={found.id} onGone={close} />}
      </SidePanel>
    </ListPage>
  );
}

function HoldMusic({ account, self }: { account: string; self: Account }) {
  const { t } = useTranslation(["music", "ui"]);
  const draft = useDraft<Pick<Account, "music_on_hold">>({ music_on_hold: self.music_on_hold });
  return (
    <Form label={t("hold.title")}>
      <MediaField account={account} label={t("hold.title")} help={t("hold.help")} fallback={t("hold.fallback")} value={draft.value.music_on_hold?.media_id ?? undefined} onChange={(chosen) => draft.set("music_on_hold.media_id", chosen)} upload={false} />
      <SaveBar
        account={account}
        draft={draft}
        labels={{ music_on_hold: t("hold.title") }}
        apply={async (from, to) => {
          await call("PATCH", urls.getPatchAccountUrl(account), { body: mergePatch(from, to) });
        }}
        effect={t("hold.saved")}
      />
    </Form>
  );
}

interface MediaDoc {
  id: string;
  name: string;
  tts?: { text?: string };
}

function MediaPanel({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const doc = useQuery(docQuery<MediaDoc>(account, "media", id));
  return doc.data ? <MediaForm account={account} doc={doc.data} onGone={onGone} /> : <Skeleton width={200} />;
}

function MediaForm({ account, doc, onGone }: { account: string; doc: MediaDoc; onGone: () => void }) {
  const { t } = useTranslation(["music", "ui"]);
  const draft = useDraft(doc);
  return (
    <Form label={doc.name}>
      <TextInput label={t("name")} {...draft.field("name")} />
      <Player src={urls.getGetMediaRawUrl(account, doc.id)} name={doc.name} />
      {doc.tts?.text && <blockquote>{doc.tts.text}</blockquote>}
      <Removal>
        <Section
          title={t("remove")}
          help={t("removeHelp")}
          action={
            <DeleteButton account={account} title={t("removeTitle", { name: doc.name })} run={() => removeDoc(account, "media", doc.id)} done={t("removed", { name: doc.name })} onGone={onGone}>
              {t("removeHelp")}
            </DeleteButton>
          }
        />
      </Removal>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ name: t("name") }}
        validate={(value): Record<string, string> => (value.name.trim() ? {} : { name: t("ui:required") })}
        apply={async (from, to) => {
          await patchDoc(account, "media", doc.id, mergePatch(from, to));
        }}
        effect={t("saved")}
      />
    </Form>
  );
}
