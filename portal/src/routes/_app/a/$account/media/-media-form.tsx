/** One sound: listen, rename, put other audio in its place, or change the text that is spoken. */
import { Select, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Identified, patchDoc, removeDoc, upload, urls } from "@/api";
import { Greeting } from "@/pbx/greeting";
import { Player } from "@/ui/audio/player";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Removal } from "@/ui/may";

import { ReplaceAudio } from "./-replace-audio";

export interface MediaDoc extends Identified {
  name: string;
  description?: string;
  language?: string;
  media_source?: string;
  content_type?: string;
  content_length?: number;
  tts?: { text?: string; voice?: string };
}

const LANGUAGES = ["en-us", "en-ca", "en-gb", "fr-ca", "fr-fr", "es-es", "de-de"];

export function MediaForm({ account, media, onGone }: { account: string; media: MediaDoc; onGone: () => void }) {
  const { t } = useTranslation(["media", "ui"]);
  const client = useQueryClient();
  const draft = useDraft<MediaDoc>(media);
  const [heard, setHeard] = useState(0);
  const spoken = media.media_source === "tts";
  const language = draft.value.language ?? "en-us";
  const replace = async (file: File, onShare: (share: number) => void, signal: AbortSignal) => {
    await upload(urls.getUploadMediaUrl(account, media.id), file, onShare, signal);
    await client.invalidateQueries({ queryKey: ["account", account, "media"] });
    setHeard((now) => now + 1);
    tellDone(t("replaced", { name: media.name }));
  };
  return (
    <Form label={media.name}>
      {media.content_type || spoken ? <Player key={`${heard} ${media.tts?.text ?? ""}`} src={urls.getGetMediaRawUrl(account, media.id)} name={media.name} /> : <p className={classes.help}>{t("noAudioHelp")}</p>}
      {spoken ? <Textarea label={t("text")} description={t("textHelp")} rows={4} maxLength={1000} {...draft.field("tts.text")} /> : <ReplaceAudio label={t("replace")} send={replace} />}
      <TextInput label={t("name")} {...draft.field("name")} />
      <Pair>
        <TextInput label={t("description")} {...draft.field("description")} />
        <Select label={t("language")} allowDeselect={false} data={LANGUAGES.includes(language) ? LANGUAGES : [...LANGUAGES, language]} {...draft.field("language")} value={language} />
      </Pair>
      <Removal>
        <Section
          title={t("remove")}
          help={t("removeHelp")}
          action={
            <DeleteButton account={account} title={t("removeTitle", { name: media.name })} run={() => removeDoc(account, "media", media.id)} done={t("removed", { name: media.name })} onGone={onGone}>
              {t("removeHelp")}
            </DeleteButton>
          }
        />
      </Removal>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ name: t("name"), description: t("description"), language: t("language"), tts: t("text") }}
        validate={(value): Record<string, string> => (value.name.trim() ? {} : { name: t("ui:required") })}
        apply={async (from, to) => {
          await patchDoc(account, "media", media.id, mergePatch(from, to));
        }}
        effect={t("saved")}
      />
    </Form>
  );
}

export function NewMedia({ account, onDone }: { account: string; onDone: (id: string) => void }) {
  const { t } = useTranslation(["media", "ui"]);
  return (
    <div className={classes.form}>
      <p className={classes.help}>{t("newHelp")}</p>
      <Greeting account={account} value={undefined} onChange={(id) => id && onDone(id)} fallback={t("choose")} name={t("spoken")} />
    </div>
  );
}

