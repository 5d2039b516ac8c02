/** Imports numbers from a CSV file: every row is judged first, then the good ones are added, with progress and a result to keep. */
import { Button, FileButton, Progress } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, send, urls } from "@/api";
import { toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Invoices, type Invoice } from "@/ui/invoices";
import office from "@/office/office.module.css";
import form from "@/ui/form/form.module.css";

interface Import {
  id: string;
  state: string;
  total: number;
  checked: number;
  refused: number;
  added: number;
  /** What must be accepted before the rows are added. */
  charges?: Invoice[];
  problems?: { row: number; number: string; verdict: string; message: string }[];
}

const MOST_BYTES = 20_000_000;

export function ImportFile({ account }: { account: string }) {
  const { t, i18n } = useTranslation(["inventory", "ui"]);
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useQuery({
    queryKey: ["account", account, "imports", id],
    queryFn: async ({ signal }) => (await call<Import>("GET", urls.getGetNumberImportUrl(account, id ?? ""), { signal })).data,
    enabled: id !== null,
    refetchInterval: ({ state: { data } }) => (data && ["checked", "done", "stopped", "failed"].includes(data.state) ? false : 500),
  }).data;
  const done = running?.state === "done";
  useEffect(() => {
    if (done) void client.invalidateQueries({ queryKey: ["account", account, "phone_numbers"] });
  }, [done, client, account]);
  const tell = (error: unknown) => setFailure(t(`ui:${explanation(error)}`));
  const read = async (file: File | null) => {
    if (!file) return;
    setFailure(file.size > MOST_BYTES ? t("file.tooBig") : null);
    if (file.size > MOST_BYTES) return;
    setBusy(true);
    try {
      setId((await call<Import>("PUT", urls.getImportNumbersUrl(account), { body: { csv: await file.text(), start: false } })).data.id);
    } catch (error) {
      tell(error);
    } finally {
      setBusy(false);
    }
  };
  const start = async () => {
    setBusy(true);
    try {
      await send(`${urls.getSteerNumberImportUrl(account, id ?? "")}${costs ? "?accept_charges=true" : ""}`, {
        method: "PATCH",
        body: JSON.stringify({ data: { action: "start", charges: running?.charges ?? [] } }),
      });
      await client.invalidateQueries({ queryKey: ["account", account, "imports", id] });
    } catch (error) {
      tell(error);
      // It may have come to cost more: show what it costs now.
      await client.invalidateQueries({ queryKey: ["account", account, "imports", id] });
    } finally {
      setBusy(false);
    }
  };
  const problems = running?.problems ?? [];
  const good = running ? running.checked - running.refused - running.added : 0;
  const costs = running !== undefined && (running.charges ?? []).length > 0;
  return (
    <div className={form.form}>
      <p className={form.help}>{t("file.help")}</p>
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {!running && (
        <FileButton accept="text/csv,.csv,text/plain" onChange={(file) => void read(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={busy || id !== null}>
              {t("file.choose")}
            </Button>
          )}
        </FileButton>
      )}
      {running && (
        <div aria-live="polite" className={form.form}>
          <Progress value={running.total ? ((done ? running.total : running.checked) / running.total) * 100 : 0} aria-label={t("file.progress")} />
          <p>{done ? t("file.done", { count: running.added }) : t("file.checked", { checked: running.checked, total: running.total, refused: running.refused })}</p>
          {problems.length > 0 && (
            <div className={office.failed}>
              <p>{t("file.refused", { count: running.refused })}</p>
              <ul>
                {problems.slice(0, 50).map(({ row, number, verdict, message }) => (
                  <li key={row}>
                    {t("file.row", { row })} {number} {i18n.language === "en" ? message : t(`verdict.${verdict as "exists"}`, { defaultValue: message })}
                  </li>
                ))}
              </ul>
              <Button
                variant="default"
                size="compact-sm"
                onClick={() =>
                  download(
                    "import.csv",
                    "text/csv",
                    toCsv(
                      problems,
                      (["row", "number", "verdict", "message"] as const).map((key) => ({ id: key, title: key, cell: () => null, value: (line) => line[key] })),
                    ),
                  )
                }
              >
                {t("file.keep")}
              </Button>
            </div>
          )}
          {running.state === "stopped" && (
            <p role="alert" className={form.failure}>
              {t("file.stopped", { count: running.added })}
            </p>
          )}
          {costs && <Invoices charges={running.charges} />}
          {(running.state === "checked" || running.state === "stopped") && (
            <div className={form.buttons}>
              <Button variant="default" onClick={() => setId(null)}>
                {t("file.another")}
              </Button>
              <Button disabled={good === 0} loading={busy} onClick={() => void start()}>
                {t(costs ? "file.acceptStart" : "file.start", { count: good })}
              </Button>
            </div>
          )}
        </div>
      )}
    </div>
  );
}
