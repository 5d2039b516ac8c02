/** Media: every sound of the account, uploaded, spoken or recorded; heard, replaced, and where it is used. */
import { Select } from "@mantine/core";
import { IconMusic } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery, removeDoc } from "@/api";
import { ErrorState } from "@/ui/error-state";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import type { MediaDoc } from "./-media-form";

const MediaForm = lazy(async () => ({ default: (await import("./-media-form")).MediaForm }));
const NewMedia = lazy(async () => ({ default: (await import("./-media-form")).NewMedia }));

interface MediaRow {
  id: string;
  name: string;
  media_source?: "upload" | "tts" | "recording";
  media_type?: string;
  language?: string;
}

const SOURCES = ["upload", "tts", "recording"] as const;
interface Search extends ListSearch {
  source?: (typeof SOURCES)[number];
}

export const Route = createFileRoute("/_app/a/$account/media/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), source: SOURCES.find((one) => one === search.source) }),
  component: Media,
});

function Media() {
  const { t } = useTranslation(["media", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const media = useQuery(listQuery<MediaRow>(account, "media"));
  const source = (row: MediaRow) => t(`source.${row.media_source ?? "upload"}`);
  const columns: Column<MediaRow>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "source", title: t("column.source"), cell: source, value: source, width: "160px" },
    { id: "language", title: t("language"), cell: (row) => row.language ?? "", value: (row) => row.language ?? "", wide: true, width: "120px" },
    { id: "type", title: t("column.type"), cell: (row) => row.media_type ?? t("noAudio"), value: (row) => row.media_type ?? "", wide: true, width: "160px" },
  ];
  const { open } = search;
  const close = () => change({ open: undefined });
  const rows = media.data?.filter((row) => !search.source || (row.media_source ?? "upload") === search.source);
  return (
    <ListPage
      list="media"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={rows}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => [row.name, row.language, source(row)].join(" ")}
      search={search}
      onSearch={change}
      error={media.error}
      onRetry={() => void media.refetch()}
      bulk={{ account, remove: { run: (row) => removeDoc(account, "media", row.id), what: t("removeHelp") } }}
      empty={{ icon: IconMusic, title: t("empty.title"), text: t("empty.text") }}
      filters={<Select aria-label={t("column.source")} placeholder={t("anySource")} clearable w={160} value={search.source ?? null} onChange={(value) => change({ source: SOURCES.find((one) => one === value) })} data={SOURCES.map((value) => ({ value, label: t(`source.${value}`) }))} />}
    >
      <SidePanel opened={open !== undefined} onClose={close} title={open === "new" ? t("new") : (media.data?.find(({ id }) => id === open)?.name ?? " ")}>
        <Suspense>
          {open === "new" && <NewMedia account={account} onDone={(id) => change({ open: id })} />}
          {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={close} />}
        </Suspense>
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const media = useQuery(docQuery<MediaDoc>(account, "media", id));
  if (media.error) return <ErrorState error={media.error} onRetry={() => void media.refetch()} />;
  if (!media.data) return <Skeleton width={200} />;
  return <MediaForm account={account} media={media.data} onGone={onGone} />;
}
