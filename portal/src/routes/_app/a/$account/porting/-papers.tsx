/** The papers of an order: the letter of authorisation, a bill, and others; put there, read, taken away. */
import { ActionIcon, Button, FileButton, Tooltip } from "@mantine/core";
import { IconDownload, IconFileText, IconTrash, IconUpload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { blob, explanation, Problem, send, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { save } from "@/ui/list/download";
import { useMay } from "@/ui/may";
import { Skeleton } from "@/ui/skeleton";

import { type Kind, papersQuery } from "./-port";
import classes from "./-porting.module.css";

const MOST_BYTES = 8 * 1024 * 1024;
const KINDS: readonly Kind[] = ["loa", "bill", "other"];

/** Put a file to an order. Throws Problem. */
async function attach(account: string, id: string, name: string, kind: Kind, content: Blob): Promise<void> {
  const query = new URLSearchParams({ filename: name, kind });
  await send(`${urls.getAddPortRequestFileUrl(account, id)}?${query}`, { method: "PUT", body: content, headers: { "Content-Type": content.type || "application/octet-stream" } });
}

export function Papers({ account, id, editable }: { account: string; id: string; editable: boolean }) {
  const { t, i18n } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const may = useMay()("port_requests.update");
  const papers = useQuery(papersQuery(account, id));
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<{ kind: Kind; text: string } | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["account", account, "port_requests", id] });
  const add = async (kind: Kind, file: File | null) => {
    if (!file) return;
    setFailure(file.size > MOST_BYTES ? { kind, text: t("papers.tooBig", { name: file.name }) } : null);
    if (file.size > MOST_BYTES) return;
    setBusy(kind);
    try {
      await attach(account, id, file.name.replaceAll(/[/\\"]/g, "_").slice(-100), kind, file);
      tellDone(t("papers.added", { name: file.name }));
    } catch (error) {
      const said = error instanceof Problem ? Object.values(error.fields) : [];
      setFailure({ kind, text: said.length ? said.join(" ") : t(`ui:${explanation(error)}`) });
    } finally {
      setBusy(null);
      await refresh();
    }
  };
  const read = async (name: string) => {
    setBusy(name);
    try {
      save(name, await blob(urls.getGetPortRequestFileUrl(account, id, name)));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
    }
  };
  const remove = async (name: string, kind: Kind) => {
    setBusy(name);
    try {
      // Kept here for as long as it can be put back.
      const content = await blob(urls.getGetPortRequestFileUrl(account, id, name));
      await send(urls.getDeletePortRequestFileUrl(account, id, name), { method: "DELETE" });
      tellDone(t("papers.removed", { name }), () => void attach(account, id, name, kind, content).then(refresh, tellFailure));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
      await refresh();
    }
  };
  if (papers.error) return <ErrorState error={papers.error} onRetry={() => void papers.refetch()} />;
  if (!papers.data) return <Skeleton width={240} />;
  const size = new Intl.NumberFormat(i18n.language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  const all = Object.entries(papers.data);
  return (
    <div className={form.form}>
      {KINDS.map((kind) => {
        const own = all.filter(([, paper]) => paper.kind === kind);
        return (
          <section key={kind} className={classes.papers} aria-labelledby={`papers-${kind}`}>
            <div className={classes.papersHead}>
              <div>
                <h3 id={`papers-${kind}`}>{t(`papers.${kind}`)}</h3>
                <p className={form.help}>{t(`papers.${kind}Help`)}</p>
              </div>
              {(editable || (kind === "other" && may)) && (
                <FileButton accept="application/pdf,image/png,image/jpeg" onChange={(file) => void add(kind, file)}>
                  {(props) => (
                    <Button {...props} variant="default" size="compact-md" loading={busy === kind} leftSection={<IconUpload size={14} stroke={1.6} />} aria-label={t("papers.addOf", { kind: t(`papers.${kind}`) })}>
                      {t("papers.add")}
                    </Button>
                  )}
                </FileButton>
              )}
            </div>
            {failure?.kind === kind && (
              <p className={form.failure} role="alert">
                {failure.text}
              </p>
            )}
            {own.length === 0 && <p className={classes.nothing}>{t("papers.none")}</p>}
            <ul>
              {own.map(([name, { length }]) => (
                <li key={name}>
                  <IconFileText size={16} stroke={1.6} aria-hidden />
                  <span className={classes.paperName}>{name}</span>
                  <span className={classes.paperSize}>{size.format(Math.max(1, length / 1000))}</span>
                  <Tooltip label={t("papers.read")}>
                    <ActionIcon variant="subtle" color="gray" loading={busy === name} aria-label={t("papers.readOf", { name })} onClick={() => void read(name)}>
                      <IconDownload size={16} stroke={1.6} />
                    </ActionIcon>
                  </Tooltip>
                  {editable && (
                    <Tooltip label={t("ui:remove")}>
                      <ActionIcon variant="subtle" color="gray" aria-label={t("papers.removeOf", { name })} onClick={() => void remove(name, kind)}>
                        <IconTrash size={16} stroke={1.6} />
                      </ActionIcon>
                    </Tooltip>
                  )}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
