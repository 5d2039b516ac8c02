/** What is left of an account's minutes, those given to it and those of its plans, in the cycle that runs. */
import { Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import page from "@/ui/page.module.css";

import { CLASSES } from "../-fraud/guards";
import classes from "./customer.module.css";

export const CYCLES = ["minutely", "hourly", "daily", "weekly", "monthly"] as const;
export type Cycle = (typeof CYCLES)[number];

interface Bundle {
  name: string;
  cycle: Cycle;
  seconds: number;
  left: number;
  shared: boolean;
  allotted: boolean;
}

/** The name of an allotment: its class of numbers, and the direction when it has one. */
export function useKeyName() {
  const { t } = useTranslation(["customer", "fraud"]);
  return (key: string) => {
    const direction = /^(outbound|inbound)_/.exec(key)?.[1] as "outbound" | "inbound" | undefined;
    const name = direction ? key.slice(direction.length + 1) : key;
    const known = CLASSES.find((one) => one === name);
    const shown = known ? t(`fraud:class.${known}`) : name;
    return direction ? t(`minutes.only.${direction}`, { what: shown }) : shown;
  };
}

export function Minutes({ account }: { account: string }) {
  const { t, i18n } = useTranslation(["customer", "fraud"]);
  const keyName = useKeyName();
  const bundles = useQuery({ queryKey: ["account", account, "limits", "bundles"], queryFn: async ({ signal }) => (await call<{ bundles?: Bundle[] }>("GET", urls.getGetLimitsUrl(account), { signal })).data.bundles ?? [], refetchInterval: 15_000 }).data;
  if (!bundles?.length) return null;
  const minutes = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  return (
    <section className={`${page.card} ${classes.minutes}`} aria-label={t("minutes.title")}>
      <h2 className={classes.minutesTitle}>{t("minutes.title")}</h2>
      <ul className={classes.minutesList}>
        {bundles.map((one) => {
          const name = one.allotted ? keyName(one.name) : one.name;
          const left = t("minutes.left", { left: minutes.format(one.left / 60), of: minutes.format(one.seconds / 60) });
          return (
            <li key={`${one.allotted} ${one.name}`}>
              <span>{name}</span>
              <span className={classes.countName}>{t(`minutes.each.${one.cycle}`)}</span>
              <strong>{left}</strong>
              <Progress value={one.seconds ? (100 * one.left) / one.seconds : 0} aria-label={`${name}: ${left}`} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
