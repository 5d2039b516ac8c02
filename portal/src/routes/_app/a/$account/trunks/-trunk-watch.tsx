/** How a trunk does: its gateways now, a test call through one of them, and what became of the calls of some days. */
import { Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery } from "@/api";
import { shifted, today } from "@/ui/day";
import { ErrorState } from "@/ui/error-state";
import { Section } from "@/ui/form/setting";
import form from "@/ui/form/form.module.css";
import { Only } from "@/ui/may";
import { Scroll } from "@/ui/scroll";
import { Skeleton } from "@/ui/skeleton";
import { StateDot, type Tone } from "@/ui/state-dot";

import { type Attempts, codeKey, type GatewayStatus, statesQuery, type Statistics, statisticsQuery } from "./-observed";
import { TestCall } from "./-test-call";
import classes from "./-trunks.module.css";

const HEALTH: Record<GatewayStatus["health"], Tone> = { up: "good", down: "bad", unknown: "off", disabled: "off" };
const REGISTERED: Record<GatewayStatus["registration"]["state"], Tone> = { registered: "good", trying: "warn", failed: "bad", none: "off" };
const DAYS = ["1", "7", "30", "90"] as const;

export function TrunkWatch({ account, id }: { account: string; id: string }) {
  const { t } = useTranslation("trunks");
  const states = useQuery(statesQuery(account));
  const status = states.data?.find((one) => one.id === id);
  return (
    <>
      <Section title={t("now.title")} help={t("now.help")}>
        {states.error && !states.data && <ErrorState error={states.error} onRetry={() => void states.refetch()} />}
        {!states.error && !status && <Skeleton width={240} />}
        <ul className={classes.gateways}>
          {status?.gateways.map((one) => (
            <li key={one.gateway}>
              <span className="tabular">{`${one.server}:${one.port}`}</span>
              <StateDot tone={HEALTH[one.health]}>{t(`health.${one.health}`, { code: one.options_code ?? "" })}</StateDot>
              {one.registration.state !== "none" && <StateDot tone={REGISTERED[one.registration.state]}>{t(`registration.${one.registration.state}`)}</StateDot>}
            </li>
          ))}
        </ul>
      </Section>
      {status && (
        <Only may="resources.test">
          <TestCall account={account} id={id} gateways={status.gateways} />
        </Only>
      )}
      <Figures account={account} id={id} gateways={status?.gateways ?? []} />
    </>
  );
}

function Figures({ account, id, gateways }: { account: string; id: string; gateways: GatewayStatus[] }) {
  const { t } = useTranslation("trunks");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const zone = useQuery(accountQuery(account)).data?.timezone;
  const last = today(zone);
  const found = useQuery({ ...statisticsQuery(account, id, shifted(last, 1 - Number(days)), last), enabled: zone !== undefined, placeholderData: keepPreviousData });
  const { data } = found;
  const nothing = data && !data.outbound && !data.inbound;
  return (
    <Section title={t("figures.title")} help={t("figures.help")} action={<Select className={classes.days} aria-label={t("figures.days")} size="xs" allowDeselect={false} data={DAYS.map((value) => ({ value, label: t(`figures.last.${value}`) }))} value={days} onChange={(value) => setDays(value as (typeof DAYS)[number])} />}>
      {found.error && !data && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {!found.error && !data && <Skeleton width={280} />}
      {nothing && <p className={form.help}>{t("figures.none")}</p>}
      {data && !nothing && <Sums data={data} gateways={gateways} />}
      {data && data.codes.length > 0 && <Codes data={data} gateways={gateways} />}
    </Section>
  );
}

const at = (gateways: GatewayStatus[], gateway: number) => {
  const one = gateways.find((known) => known.gateway === gateway);
  return one ? `${one.server}:${one.port}` : String(gateway + 1);
};

function Sums({ data, gateways }: { data: Statistics; gateways: GatewayStatus[] }) {
  const { t, i18n } = useTranslation("trunks");
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const second = new Intl.NumberFormat(i18n.language, { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: 1 });
  const seconds = (value: number | null) => (value === null ? "–" : second.format(value));
  const rows: [string, string, Attempts][] = [
    ...(data.outbound ? [["out", t("figures.outbound"), data.outbound] as [string, string, Attempts]] : []),
    ...(data.gateways.length > 1 ? data.gateways.map((one): [string, string, Attempts] => [`g${one.gateway}`, at(gateways, one.gateway), one]) : []),
    ...(data.inbound ? [["in", t("figures.inbound"), data.inbound] as [string, string, Attempts]] : []),
  ];
  return (
    <Scroll label={t("figures.attempts")}>
      <table className={classes.figures}>
        <thead>
          <tr>
            <td />
            <th scope="col">{t("figures.attempts")}</th>
            <th scope="col">{t("figures.asr")}</th>
            <th scope="col">{t("figures.minutes")}</th>
            <th scope="col">{t("figures.acd")}</th>
            <th scope="col">{t("figures.pdd")}</th>
            <th scope="col">{t("figures.pdd95")}</th>
            <th scope="col">{t("figures.mos")}</th>
            <th scope="col">{t("figures.loss")}</th>
            <th scope="col">{t("figures.jitter")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, name, one]) => (
            <tr key={key} data-part={key.startsWith("g") || undefined}>
              <th scope="row">{name}</th>
              <td>{number.format(one.attempts)}</td>
              <td>{one.asr === null ? "–" : `${number.format(one.asr)} %`}</td>
              <td>{number.format(one.minutes)}</td>
              <td>{seconds(one.acd)}</td>
              <td>{seconds(one.pdd_median_ms === null ? null : one.pdd_median_ms / 1000)}</td>
              <td>{seconds(one.pdd_p95_ms === null ? null : one.pdd_p95_ms / 1000)}</td>
              <td>{one.mos === null ? "–" : number.format(one.mos)}</td>
              <td>{one.loss_percent === null ? "–" : `${number.format(one.loss_percent)} %`}</td>
              <td>{one.jitter_ms === null ? "–" : `${number.format(one.jitter_ms)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Codes({ data, gateways }: { data: Statistics; gateways: GatewayStatus[] }) {
  const { t, i18n } = useTranslation("trunks");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Scroll label={t("codes.title")}>
      <table className={classes.figures}>
        <caption>{t("codes.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("codes.code")}</th>
            <th scope="col">{t("codes.where")}</th>
            <th scope="col">{t("figures.attempts")}</th>
          </tr>
        </thead>
        <tbody>
          {data.codes.slice(0, 20).map((one) => (
            <tr key={`${one.direction} ${one.gateway} ${one.code} ${one.cause}`}>
              <th scope="row">
                <span className="tabular">{one.code || "–"}</span> {t(codeKey(one.code) as "code.other")}
              </th>
              <td>{one.gateway === null ? t("figures.inbound") : at(gateways, one.gateway)}</td>
              <td>{number.format(one.attempts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
