/** A brand's logo or icon: what there is, and another one in its place. */
import { Button, FileButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { blob, explanation, Problem, upload, urls } from "@/api";
import { reloadBrand } from "@/theme/brand";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";

import classes from "./-branding.module.css";

const MOST_BYTES = 1024 * 1024;

/** A picture as an address that needs no freeing. */
const dataUrl = (file: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("the picture cannot be read")));
    reader.readAsDataURL(file);
  });

export function Picture({ account, part }: { account: string; part: "logo" | "icon" }) {
  const { t } = useTranslation(["branding", "ui"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const queryKey = ["account", account, "whitelabel", part];
  const url = urls.getGetAccountWhitelabelPictureUrl(account, part);
  const shown = useQuery({
    queryKey,
    queryFn: async () => {
      try {
        return await dataUrl(await blob(url));
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  }).data;
  const send = async (file: File | null) => {
    if (!file) return;
    setWrong(file.size > MOST_BYTES ? t("tooBig") : null);
    if (file.size > MOST_BYTES) return;
    setBusy(true);
    try {
      await upload(url, file, () => undefined);
      tellDone(t(`${part}Done`));
      await client.invalidateQueries({ queryKey });
      await reloadBrand();
    } catch (error) {
      setWrong(error instanceof Problem && error.fields.picture ? t("noPicture") : t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes.picture}>
      <div className={classes.frame}>{shown ? <img src={shown} alt={t(part)} /> : <span className={form.help}>{t("none")}</span>}</div>
      <div className={classes.about}>
        <p>{t(part)}</p>
        <p className={form.help}>{t(`${part}Help`)}</p>
        {wrong && (
          <p className={form.failure} role="alert">
            {wrong}
          </p>
        )}
      </div>
      <FileButton accept="image/png,image/jpeg,image/gif,image/webp,image/x-icon" onChange={(file) => void send(file)}>
        {(props) => (
          <Button {...props} variant="default" loading={busy} aria-label={t(`${part}Choose`)}>
            {t("choose")}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
