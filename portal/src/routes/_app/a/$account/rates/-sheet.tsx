/** Reads a sheet of rates into a deck: sent in pieces, so that a million prefixes come through; bad lines are named, the switch is at once. */
import { Button, FileButton, Progress, SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, send, urls } from "@/api";
import office from "@/office/office.module.css";
import form from "@/ui/form/form.module.css";
import { Section } from "@/ui/form/setting";

/** What kind of cell a column of a sheet has; a problem is worded by it where the API's sentence is not read. */
const kindOf = (field: string) => (field === "prefix" || field === "direction" ? field : /(cost|surcharge)$/.test(field) ? "price" : /(minimum|increment|time|weight)/.test(field) ? "number" : field ? "text" : "other");

interface Import {
  id: string;
  state: string;
  progress: number;
  success_count: number;
  failure_count: number;
  message: string;
  ended: number | null;
  problems?: { line: number; field: string; message: string }[];
}

const PIECE = 4 * 1024 * 1024;

export function Sheet({ account, deck }: { account: string; deck: string }) {
  const { t, i18n } = useTranslation(["rates", "ui"]);
  const client = useQueryClient();
  const [mode, setMode] = useState<"replace" | "merge">("replace");
  const [id, setId] = useState<string | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const running = useQuery({
    queryKey: ["account", account, "ratedecks", deck, "imports", id],
    queryFn: async ({ signal }) => (await call<Import>("GET", urls.getGetRateImportUrl(account, deck, id ?? ""), { signal })).data,
    enabled: id !== null && sent === null,
    refetchInterval: ({ state: { data } }) => (data?.ended ? false : 700),
  }).data;
  const over = Boolean(running?.ended);
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: ["account", account, "rates", deck] });
  }, [over, client, account, deck]);
  const read = async (file: File | null) => {
    if (!file) return;
    setFailure(null);
    setId(null);
    setSent(0);
    try {
      const begun = (await call<Import>("PUT", urls.getImportRatesUrl(account, deck), { query: { mode }, body: { bytes: file.size, file_name: file.name } })).data;
      for (let at = 0; at < file.size; at += PIECE) {
        // oxlint-disable-next-line no-await-in-loop -- the pieces have an order
        await send(`${urls.getSendRatesUrl(account, deck, begun.id)}?start=${at}`, { method: "POST", body: file.slice(at, at + PIECE), headers: { "Content-Type": "text/csv" } });
        setSent(Math.min(at + PIECE, file.size) / file.size);
      }
      setId(begun.id);
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setSent(null);
    }
  };
  const problems = running?.problems ?? [];
  const busy = sent !== null || (id !== null && !over);
  return (
    <Section title={t("sheet.title")} help={t("sheet.help")}>
      <SegmentedControl
        aria-label={t("sheet.mode")}
        value={mode}
        onChange={(value) => setMode(value as "replace" | "merge")}
        data={[
          { value: "replace", label: t("sheet.replace") },
          { value: "merge", label: t("sheet.merge") },
        ]}
      />
      <div>
        <FileButton accept="text/csv,.csv,text/plain" onChange={(file) => void read(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={busy}>
              {t("sheet.choose")}
            </Button>
          )}
        </FileButton>
      </div>
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      <div aria-live="polite">
        {busy && <Progress value={(sent ?? 0) * 30 + (running?.progress ?? 0) * 70} aria-label={t("sheet.progress")} />}
        {over && running && <p>{t("sheet.done", { good: running.success_count, bad: running.failure_count })}</p>}
        {over && running?.message && <p className={form.help}>{i18n.language === "en" ? running.message : t("sheet.notRead", { message: running.message })}</p>}
        {problems.length > 0 && (
          <div className={office.failed}>
            <ul>
              {problems.slice(0, 50).map(({ line, field, message }) => (
                <li key={`${line}/${field}`}>
                  {t("sheet.line", { line })} {i18n.language === "en" ? message : [field, t(`sheet.wrong.${kindOf(field)}`)].filter(Boolean).join(" : ")}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Section>
  );
}
