/** A real call through exactly one gateway, told step by step in words. */
import { Button, Select, TextInput } from "@mantine/core";
import { IconPhoneOutgoing } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";
import { Section } from "@/ui/form/setting";

import { codeKey, type GatewayStatus, type TestReport, testTrunk } from "./-observed";
import classes from "./-trunks.module.css";

export function TestCall({ account, id, gateways }: { account: string; id: string; gateways: GatewayStatus[] }) {
  const { t } = useTranslation(["trunks", "ui"]);
  const client = useQueryClient();
  const usable = gateways.filter(({ enabled }) => enabled);
  const [gateway, setGateway] = useState(String(usable[0]?.gateway ?? 0));
  const [number, setNumber] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [report, setReport] = useState<TestReport | null>(null);
  const start = async () => {
    const called = number.replaceAll(/[\s().-]/g, "");
    setWrong(/^\+[1-9]\d{6,14}$/.test(called) ? null : t("test.numberWrong"));
    if (!/^\+[1-9]\d{6,14}$/.test(called)) return;
    setBusy(true);
    setReport(null);
    setFailure(null);
    try {
      setReport(await testTrunk(account, id, called, Number(gateway)));
      await client.invalidateQueries({ queryKey: ["account", account, "resources", id, "statistics"] });
    } catch (error) {
      // The API's own sentence says which rule, lock or limit it was.
      setFailure(error instanceof Problem && error.status === 409 ? error.message : t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  const enter = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    void start();
  };
  return (
    <Section title={t("test.title")} help={t("test.help")}>
      {/* Inside the trunk's own form, so this is none. */}
      <div className={classes.test}>
        <TextInput label={t("test.number")} placeholder="+14165550100" inputMode="tel" value={number} onChange={(event) => setNumber(event.currentTarget.value)} error={wrong} disabled={busy} onKeyDown={enter} />
        {usable.length > 1 && <Select label={t("test.gateway")} allowDeselect={false} data={usable.map((one) => ({ value: String(one.gateway), label: `${one.server}:${one.port}` }))} value={gateway} onChange={(value) => value && setGateway(value)} disabled={busy} />}
        <Button variant="default" leftSection={<IconPhoneOutgoing size={16} stroke={1.8} />} loading={busy} disabled={usable.length === 0} onClick={() => void start()}>
          {t("test.start")}
        </Button>
      </div>
      <div aria-live="polite">
        {busy && <p className={classes.result}>{t("test.running")}</p>}
        {failure && <p className={classes.problems}>{failure}</p>}
        {report && <Steps report={report} />}
      </div>
    </Section>
  );
}

function Steps({ report }: { report: TestReport }) {
  const { t, i18n } = useTranslation("trunks");
  const second = new Intl.NumberFormat(i18n.language, { style: "unit", unit: "second", unitDisplay: "narrow", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const good = report.verdict === "works";
  return (
    <div className={classes.report} data-good={good || undefined}>
      <p className={classes.verdict}>{t(`verdict.${report.verdict}`, { code: report.code, why: t(codeKey(report.code) as "code.other") })}</p>
      <ol className={classes.steps}>
        {report.steps.map(({ event, ms, code }) => (
          <li key={`${event} ${ms}`}>
            <span className="tabular">{second.format(ms / 1000)}</span>
            <span>{t(`step.${event}`, { to: report.sent_to, caller: report.shown_as || t("step.nobody"), code: code ?? "" })}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
