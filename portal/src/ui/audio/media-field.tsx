/** Chooses a piece of the account's audio, listens to it, or uploads another. */
import { Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { listQuery, urls } from "@/api";

import { tellDone } from "../done";
import classes from "./audio.module.css";
import { Player } from "./player";
import { AudioUpload } from "./upload";

interface MediaRow {
  id: string;
  name: string;
  media_type?: string;
}

interface Props {
  account: string;
  label: string;
  help?: string;
  /** Id of a media document, or undefined for `fallback`. */
  value: string | undefined;
  onChange: (media: string | undefined) => void;
  /** What plays when nothing is chosen. */
  fallback: string;
  error?: string;
  /** False where the library with its own upload is on the same page. */
  upload?: boolean;
}

export function MediaField({ account, label, help, value, onChange, fallback, error, upload = true }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const media = useQuery(listQuery<MediaRow>(account, "media")).data ?? [];
  const [fresh, setFresh] = useState<MediaRow | null>(null);
  const known = fresh && !media.some(({ id }) => id === fresh.id) ? [...media, fresh] : media;
  const chosen = known.find(({ id }) => id === value);
  const data = [
    { value: "", label: fallback },
    ...known.map(({ id, name }) => ({ value: id, label: name })),
    // A system prompt, or audio that is gone: shown as it is rather than hidden.
    ...(value && !chosen ? [{ value, label: /^[0-9a-f]{32}$/.test(value) ? value : t("audio.system", { name: value.replace(/^system_media\//, "") }) }] : []),
  ];
  return (
    <div className={classes.field}>
      <Select label={label} description={help} data={data} value={value ?? ""} onChange={(next) => onChange(next || undefined)} allowDeselect={false} searchable={known.length > 8} error={error} />
      {chosen && <Player key={chosen.id} src={urls.getGetMediaRawUrl(account, chosen.id)} name={chosen.name} />}
      {upload && (
        <AudioUpload
          account={account}
          onDone={(made) => {
            setFresh(made);
            onChange(made.id);
            tellDone(t("audio.uploaded", { name: made.name }));
            void client.invalidateQueries({ queryKey: ["account", account, "media"] });
          }}
        />
      )}
    </div>
  );
}
