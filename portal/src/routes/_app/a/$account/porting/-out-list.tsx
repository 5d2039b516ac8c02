/** The other way: numbers that other carriers want, what became of each, and what the desk may do about it. */
import { Button } from "@mantine/core";
import { IconDoorExit } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, fromGregorian, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { contains } from "@/ui/list/columns";
import { Only, useMay } from "@/ui/may";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";
import { StateDot, type Tone } from "@/ui/state-dot";

import { type Out, type OutState, outQuery, outReason } from "./-out";
import { OutDay } from "./-out-day";
import { here } from "./-port";
import classes from "./-porting.module.css";

const TONES: Record<OutState, Tone> = { accepted: "warn", refused: "good", canceled: "off", completed: "off" };
/** In the order that a desk thinks of them. */
const ACTS = ["completed", "canceled", "refused"] as const;

export function OutList({ office, q, onAsk }: { office: string; q: string; onAsk: () => void }) {
  const { t, i18n } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const found = useQuery(outQuery(office));
  const may = useMay()("port_outs.update");
  const [meant, setMeant] = useState<string | null>(null);
  const [dated, setDated] = useState<Out | null>(null);
  const [today] = useState(() => here(new Date()));
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" });
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" });
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton width={240} />;
  if (found.data.length === 0) return <EmptyState icon={IconDoorExit} title={t("out.empty.title")} text={t("out.empty.text")} action={<Only may="port_outs.create"><Button onClick={onAsk}>{t("out.ask.open")}</Button></Only>} />;
  const refresh = async (row: Out) => {
    await client.invalidateQueries({ queryKey: ["account", office, "port_outs"] });
    await client.invalidateQueries({ queryKey: ["account", row.account_id] });
  };
  const act = async (row: Out, to: (typeof ACTS)[number]) => {
    // Each of these ends it for good: the first press asks, the second means it.
    if (meant !== `${row.id} ${to}`) return setMeant(`${row.id} ${to}`);
    setMeant(null);
    try {
      await call("PATCH", urls.getMovePortOutUrl(row.account_id, row.id, to), { body: {} });
      tellDone(t(`out.done.${to}`, { number: readable(row.number) }));
    } catch (error) {
      tellFailure(error);
    }
    await refresh(row);
  };
  const setDay = async (row: Out, on: string) => {
    await call("PATCH", urls.getMovePortOutUrl(row.account_id, row.id, "accepted"), { body: { day: on } });
    tellDone(t("out.done.accepted", { number: readable(row.number), day: day.format(new Date(on)) }));
    await refresh(row);
  };
  // What waits for something comes first; the API gives the newest first.
  const rows = found.data.toSorted((one, other) => Number(other.state === "accepted") - Number(one.state === "accepted")).filter((row) => contains(q, row.number, readable(row.number), row.account_name, row.winning_carrier));
  if (rows.length === 0) return <EmptyState icon={IconDoorExit} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} />;
  return (
    // Wide tables scroll in their own box; it must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes.outBox} aria-label={t("out.label")} tabIndex={0}>
      <table className={`${classes.verdicts} ${classes.outs}`}>
        <thead>
          <tr>
            {(["number", "carrier", "state", "asked"] as const).map((name) => (
              <th key={name} scope="col">
                {t(`out.column.${name}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <span className="tabular">{readable(row.number)}</span>
                <p>{row.account_name}</p>
              </th>
              <td>
                {row.winning_carrier || "–"}
                {row.end_user && <p>{row.end_user}</p>}
              </td>
              <td>
                <StateDot tone={row.overdue ? "bad" : TONES[row.state]}>{t(row.overdue ? "out.overdue" : `out.state.${row.state}`)}</StateDot>
                {row.state === "refused" ? <p>{outReason(row, t)}</p> : row.day && <p>{day.format(new Date(row.day))}</p>}
              </td>
              <td className={classes.outAsked}>{when.format(fromGregorian(row.created))}</td>
              <td>
                <div className={classes.outActs}>
                  {may && row.may_become.includes("accepted") && (
                    <Button size="compact-sm" variant="default" onClick={() => setDated(row)}>
                      {t("out.act.accepted")}
                    </Button>
                  )}
                  {ACTS.filter((to) => may && row.may_become.includes(to)).map((to) => (
                    <Button key={to} size="compact-sm" variant={meant === `${row.id} ${to}` ? "filled" : "default"} color={meant === `${row.id} ${to}` && to !== "canceled" ? "red" : undefined} onClick={() => void act(row, to)} onBlur={() => setMeant(null)}>
                      {t(meant === `${row.id} ${to}` ? `out.sure.${to}` : `out.act.${to}`)}
                    </Button>
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {dated && <OutDay key={dated.id} out={dated} today={today} onClose={() => setDated(null)} onDay={(on) => setDay(dated, on)} />}
    </section>
  );
}
