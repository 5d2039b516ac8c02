/** Many numbers from a file: every row has its verdict before an order is made; only a file without bad rows makes any. */
import { Button, FileButton } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, ruleWords, urls } from "@/api";
import { AccountPicker } from "@/office/account-picker";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { type Column, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { StateDot } from "@/ui/state-dot";

import classes from "./-porting.module.css";

interface Verdict {
  row: number;
  number: string;
  verdict: "ok" | "bad";
  message: string;
  /** The same, one by one, worded by their codes in any language. */
  problems?: { column: string; message: string; code: string; values: { target?: unknown } }[];
}
interface Read {
  rows: Verdict[];
  orders: number;
  created: string[];
}

const COLUMNS = ["tn", "losing_carrier", "account_number", "btn", "pin", "end_user", "auth_name", "service_street", "unit", "city", "region", "postal", "type", "new_btn", "desired_foc", "tenant", "assign_to", "sms"];
const EXAMPLE = ["+14165550100", "Old Tel", "A-1001", "+14165550100", "", "Acme Inc", "Ann Lee", "1 King St W", "", "Toronto", "ON", "M5V 1A1", "full", "", "", "", "", "n"];
const MOST_SHOWN = 200;

export function Bulk({ office, onMade }: { office: string; onMade: () => void }) {
  const { t } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const [account, setAccount] = useState<{ id: string; name: string } | null>(null);
  const [csv, setCsv] = useState<string | null>(null);
  const [found, setFound] = useState<Read | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (text: string, dry: boolean) => {
    if (!account) return;
    setBusy(true);
    setFailure(null);
    try {
      const { data } = await call<Read>("PUT", urls.getBulkPortRequestsUrl(account.id), { body: { csv: text, dry_run: dry } });
      setFound(data);
      if (!dry && data.created.length) {
        tellDone(t("bulk.made", { count: data.created.length }));
        await client.invalidateQueries({ queryKey: ["account", office, "port_requests"] });
        onMade();
      }
    } catch (error) {
      const said = error instanceof Problem ? Object.values(error.fields) : [];
      setFailure(said.length ? said.join(" ") : t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  const choose = async (file: File | null) => {
    if (!file) return;
    const text = await file.text();
    setCsv(text);
    setFound(null);
    await send(text, true);
  };
  const bad = found?.rows.filter(({ verdict }) => verdict !== "ok") ?? [];
  const words = ({ message, problems }: Verdict) => problems?.map((one) => `${one.column}: ${ruleWords(one.code, { message: one.message, ...one.values })}`).join("; ") || message;
  const columns: Column<Verdict>[] = (["row", "number", "verdict", "message"] as const).map((id) => ({ id, title: id, cell: () => null, value: (row) => row[id] }));
  const template = () => {
    const cells: Column<string[]>[] = COLUMNS.map((id, at) => ({ id, title: id, cell: () => null, value: (row) => row[at] ?? "" }));
    download("porting.csv", "text/csv", toCsv([EXAMPLE], cells));
  };
  return (
    <div className={form.form}>
      <p className={form.help}>{t("bulk.help")}</p>
      <Button variant="default" className={classes.start} leftSection={<IconDownload size={16} stroke={1.6} />} onClick={template}>
        {t("bulk.template")}
      </Button>
      <AccountPicker
        label={t("new.account")}
        top={office}
        value={account}
        onChange={(next) => {
          setAccount(next);
          setFound(null);
          setCsv(null);
        }}
      />
      <FileButton accept="text/csv,.csv,text/plain" onChange={(file) => void choose(file)}>
        {(props) => (
          <Button {...props} variant="default" className={classes.start} loading={busy} disabled={!account}>
            {t(csv ? "bulk.another" : "bulk.choose")}
          </Button>
        )}
      </FileButton>
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {found && (
        <div className={form.form} aria-live="polite">
          <p>{bad.length ? t("bulk.bad", { count: bad.length, total: found.rows.length }) : t("bulk.good", { count: found.rows.length, orders: t("bulk.orders", { count: found.orders }) })}</p>
          <div className={classes.verdictsBox}>
            <table className={classes.verdicts} aria-label={t("bulk.verdicts")}>
              <thead>
                <tr>
                  <th scope="col">{t("bulk.row")}</th>
                  <th scope="col">{t("bulk.number")}</th>
                  <th scope="col">{t("bulk.verdict")}</th>
                </tr>
              </thead>
              <tbody>
                {[...bad, ...found.rows.filter(({ verdict }) => verdict === "ok")].slice(0, MOST_SHOWN).map((row) => (
                  <tr key={row.row}>
                    <td>{row.row}</td>
                    <td className="tabular">{row.number}</td>
                    <td>
                      <StateDot tone={row.verdict === "ok" ? "good" : "bad"}>{t(row.verdict === "ok" ? "bulk.ok" : "bulk.refused")}</StateDot>
                      {row.message && <p>{words(row)}</p>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className={form.buttons}>
            {bad.length > 0 && (
              <Button variant="default" onClick={() => download("porting-verdicts.csv", "text/csv", toCsv(found.rows, columns))}>
                {t("bulk.keep")}
              </Button>
            )}
            <Button disabled={bad.length > 0 || !csv} loading={busy} onClick={() => csv && void send(csv, false)}>
              {t("bulk.do", { count: found.orders })}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
