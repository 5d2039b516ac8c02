/** The messages of a box: listen, save, delete (with undo), by folder. */
import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { IconArchive, IconDownload, IconMailOpened, IconTrash, IconArrowBackUp } from "@tabler/icons-react";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { blob, call, fromGregorian, urls } from "@/api";
import { Player } from "@/ui/audio/player";
import { tellDone } from "@/ui/done";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { useMay } from "@/ui/may";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-voicemail.module.css";

interface Message {
  media_id: string;
  timestamp: number;
  caller_id_name?: string;
  caller_id_number?: string;
  from?: string;
  folder: Folder;
  /** Milliseconds. */
  length: number;
  transcription?: { text?: string };
}

const FOLDERS = ["new", "saved", "deleted"] as const;
type Folder = (typeof FOLDERS)[number];

const messagesQuery = (account: string, box: string, folder: Folder) =>
  queryOptions({
    queryKey: ["account", account, "vmboxes", box, "messages", folder],
    queryFn: async ({ signal }) => (await call<Message[]>("GET", urls.getListMessagesUrl(account, box), { query: { paginate: false, folder }, signal })).data,
  });

export function Messages({ account, box }: { account: string; box: string }) {
  const { t, i18n } = useTranslation(["voicemail", "ui"]);
  const client = useQueryClient();
  const may = useMay()("messages.update");
  const [folder, setFolder] = useState<Folder>("new");
  const messages = useQuery(messagesQuery(account, box, folder));
  const when = new Intl.DateTimeFormat(i18n.language, { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });

  const move = async (ids: string[], to: Folder, undo?: Folder) => {
    client.setQueryData<Message[]>(messagesQuery(account, box, folder).queryKey, (now) => now?.filter((message) => !ids.includes(message.media_id)));
    try {
      await call("POST", urls.getMoveMessagesUrl(account, box), { body: { messages: ids, folder: to } });
      if (undo) tellDone(t(`message.moved_${to}`, { count: ids.length }), () => void move(ids, undo));
    } catch (error) {
      tellFailure(error);
    } finally {
      await client.invalidateQueries({ queryKey: ["account", account, "vmboxes"] });
    }
  };
  const keep = async (message: Message, name: string) => {
    try {
      const url = URL.createObjectURL(await blob(`${urls.getGetMessageRawUrl(account, box, message.media_id)}?accept=audio/mpeg`));
      const link = document.createElement("a");
      link.href = url;
      link.download = `${name}.mp3`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <>
      <div className={classes.head}>
        <SegmentedControl aria-label={t("message.folder")} value={folder} onChange={(value) => setFolder(value as Folder)} data={FOLDERS.map((value) => ({ value, label: t(`folder.${value}`) }))} />
        {may && folder !== "deleted" && Boolean(messages.data?.length) && (
          <Button variant="default" onClick={() => void move((messages.data ?? []).map(({ media_id: id }) => id), "deleted", folder)}>
            {t("message.deleteAll")}
          </Button>
        )}
      </div>
      {messages.error && <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />}
      {messages.isPending && <Skeleton width={240} />}
      {messages.data?.length === 0 && <EmptyState icon={IconMailOpened} title={t(`message.none_${folder}`)} text={t("message.noneHelp")} />}
      <ul className={classes.messages}>
        {messages.data?.map((message) => {
          const number = message.caller_id_number ?? message.from?.split("@")[0] ?? "";
          const who = message.caller_id_name && message.caller_id_name !== number ? message.caller_id_name : readable(number) || t("message.unknown");
          const name = t("message.name", { who, when: when.format(fromGregorian(message.timestamp)) });
          return (
            <li key={message.media_id}>
              <div className={classes.who}>
                <strong>{who}</strong>
                <span>
                  {who !== readable(number) && `${readable(number)} · `}
                  {when.format(fromGregorian(message.timestamp))}
                </span>
                <span className={classes.actions}>
                  <Act label={t("message.download")} icon={IconDownload} onClick={() => void keep(message, name)} />
                  {may && folder === "new" && <Act label={t("message.save")} icon={IconArchive} onClick={() => void move([message.media_id], "saved", folder)} />}
                  {!may ? null : folder === "deleted" ? (
                    <Act label={t("message.restore")} icon={IconArrowBackUp} onClick={() => void move([message.media_id], "saved", folder)} />
                  ) : (
                    <Act label={t("message.delete")} icon={IconTrash} onClick={() => void move([message.media_id], "deleted", folder)} />
                  )}
                </span>
              </div>
              <Player src={urls.getGetMessageRawUrl(account, box, message.media_id)} name={name} length={message.length / 1000} />
              {message.transcription?.text && <p className={classes.transcript}>{message.transcription.text}</p>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Act({ label, icon: Symbol, onClick }: { label: string; icon: typeof IconTrash; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={32} aria-label={label} onClick={onClick}>
        <Symbol size={16} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}
