/** A place to drop an audio file: shows how much is sent, then that it is being converted, and says at the spot what is wrong. */
import { Button, Progress } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, Problem, removeDoc, upload, urls } from "@/api";

import classes from "./audio.module.css";

/** What the API takes. */
const LIMIT = 11_534_336;
const KINDS = ".mp3,.wav,.wma,.ogg,audio/mpeg,audio/wav,audio/x-wav,audio/x-ms-wma,audio/ogg";

interface Props {
  account: string;
  /** Fields of the media document that is made for the file. */
  extra?: object;
  onDone: (media: { id: string; name: string }) => void;
}

export function AudioUpload({ account, extra, onDone }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<{ name: string; share: number; stop: AbortController } | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [over, setOver] = useState(false);

  const send = async (file: File | undefined) => {
    if (!file) return;
    setWrong(null);
    if (file.size > LIMIT) {
      setWrong(t("audio.tooBig", { name: file.name }));
      return;
    }
    const stop = new AbortController();
    setSending({ name: file.name, share: 0, stop });
    const name = file.name.replace(/\.[^.]+$/, "").slice(0, 128) || file.name;
    let made: { id: string } | undefined;
    try {
      made = await createDoc(account, "media", { name, media_source: "upload", streamable: true, ...extra });
      await upload(urls.getUploadMediaUrl(account, made.id), file, (share) => setSending({ name: file.name, share, stop }), stop.signal);
      onDone({ id: made.id, name });
    } catch (error) {
      // Nothing half-made stays behind: a media document without audio would play silence.
      if (made) await removeDoc(account, "media", made.id).catch(() => undefined);
      if (!(error instanceof DOMException)) setWrong(error instanceof Problem ? (error.fields.raw ?? Object.values(error.fields)[0] ?? t(explanation(error))) : t("problem.unexpected"));
    } finally {
      setSending(null);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  };

  if (sending)
    return (
      <div className={classes.progress}>
        <div className={classes.progressText}>
          <span aria-live="polite">{t(sending.share < 1 ? "audio.sending" : "audio.converting", { name: sending.name })}</span>
          <Button variant="default" size="compact-sm" onClick={() => sending.stop.abort()}>
            {t("audio.stop")}
          </Button>
        </div>
        <Progress value={sending.share * 100} animated={sending.share >= 1} aria-label={t("audio.sending", { name: sending.name })} />
      </div>
    );
  return (
    <>
      <button
        type="button"
        className={classes.drop}
        data-over={over || undefined}
        data-wrong={wrong ? true : undefined}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <IconUpload size={20} stroke={1.6} aria-hidden />
        <strong>{t("audio.drop")}</strong>
        <small>{t("audio.kinds")}</small>
      </button>
      <input
        ref={input}
        type="file"
        accept={KINDS}
        hidden
        aria-label={t("audio.drop")}
        onChange={(event) => {
          void send(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {wrong && (
        <p className={classes.wrong} role="alert">
          {wrong}
        </p>
      )}
    </>
  );
}
