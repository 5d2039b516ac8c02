/** A greeting: upload a file, have a text spoken, or record it by phone. All three end in the same field. */
import { Button, Select, SegmentedControl, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, createDoc, explanation, Problem, urls } from "@/api";
import audio from "@/ui/audio/audio.module.css";
import { MediaField } from "@/ui/audio/media-field";

interface Voice {
  id: string;
  language: string;
  gender: string;
  neural: boolean;
}

interface Props {
  account: string;
  value: string | undefined;
  onChange: (media: string | undefined) => void;
  fallback: string;
  /** What a spoken greeting's media document is called. */
  name: string;
  /** The PIN that records the greeting from a phone; absent: it cannot be recorded that way. */
  pin?: string;
  /** How to get there by phone; `{{pin}}` is the PIN. */
  recording?: string;
}

export function Greeting({ account, value, onChange, fallback, name, pin, recording }: Props) {
  const { t } = useTranslation();
  const [way, setWay] = useState<"upload" | "speak" | "record">("upload");
  const ways = ["upload", "speak", ...(pin || recording ? ["record" as const] : [])] as const;
  return (
    <div className={audio.field}>
      <SegmentedControl aria-label={t("greeting.way")} value={way} onChange={(next) => setWay(next as typeof way)} data={ways.map((one) => ({ value: one, label: t(`greeting.${one as "upload"}`) }))} />
      {way === "speak" && <Speak account={account} name={name} onDone={onChange} onShow={() => setWay("upload")} />}
      {way === "record" && <p>{recording ?? t("greeting.recordHow", { pin })}</p>}
      {way === "upload" && <MediaField account={account} label={t("greeting.plays")} value={value} onChange={onChange} fallback={fallback} />}
    </div>
  );
}

function Speak({ account, name, onDone, onShow }: { account: string; name: string; onDone: (media: string) => void; onShow: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const voices = useQuery({
    queryKey: ["account", account, "media", "voices"],
    queryFn: async () => (await call<Voice[]>("GET", `${urls.getListMediaUrl(account)}/voices`)).data,
    staleTime: 600_000,
  }).data;
  const [text, setText] = useState("");
  const [voice, setVoice] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const fitting = voices?.find(({ language }) => language.startsWith(i18n.language)) ?? voices?.[0];
  const chosen = voices?.find(({ id }) => id === voice) ?? fitting;
  const language = new Intl.DisplayNames(i18n.language, { type: "language" });

  const speak = async () => {
    if (!text.trim()) {
      setWrong(t("greeting.textMissing"));
      return;
    }
    setBusy(true);
    setWrong(null);
    try {
      const media = await createDoc(account, "media", { name: `${name}: ${text.trim()}`.slice(0, 120), media_source: "tts", language: chosen?.language ?? "en-us", tts: { text: text.trim(), voice: chosen?.id ?? "female" } });
      await client.invalidateQueries({ queryKey: ["account", account, "media"] });
      onDone(media.id);
      onShow();
    } catch (error) {
      setWrong(error instanceof Problem ? (Object.values(error.fields)[0] ?? t(explanation(error))) : t("problem.unexpected"));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={audio.speak}>
      <Textarea label={t("greeting.text")} placeholder={t("greeting.example")} value={text} onChange={(event) => setText(event.currentTarget.value)} rows={4} maxLength={1000} error={wrong} />
      <Select
        label={t("greeting.voice")}
        value={chosen?.id ?? null}
        onChange={setVoice}
        allowDeselect={false}
        data={(voices ?? []).map(({ id, language: code, gender, neural }) => ({
          value: id,
          label: [language.of(code) ?? code, gender ? t(`greeting.${gender as "female"}`) : "", neural ? t("greeting.natural") : ""].filter(Boolean).join(" · "),
        }))}
      />
      <div className={audio.row}>
        <Button variant="default" loading={busy} onClick={() => void speak()}>
          {t("greeting.speakIt")}
        </Button>
      </div>
    </div>
  );
}
