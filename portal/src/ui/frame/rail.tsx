/** The left side: areas as a rail, the pages of the chosen area beside it; on a phone all pages as a tab bar at the bottom. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import classes from "./frame.module.css";
import { AREAS, type Place } from "./places";

interface Props {
  account: string;
  places: readonly Place[];
  current: Place | undefined;
}

export function Rail({ account, places, current }: Props) {
  const { t } = useTranslation();
  return (
    <nav className={classes.rail} aria-label={t("area.label")}>
      <span className={classes.mark} aria-hidden>
        <svg viewBox="0 0 32 32" width="28" height="28">
          <rect width="32" height="32" rx="8" fill="var(--qv-accent-6)" />
          <path d="M22.2 22.2 25 25M23 15.5a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0Z" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
        </svg>
      </span>
      {AREAS.map(({ area, icon: Symbol }) => {
        const first = places.find((place) => place.area === area);
        if (!first) return null;
        return (
          <Link
            key={area}
            to={first.to}
            params={{ account }}
            className={classes.area}
            data-at={area === "settings" ? "end" : undefined}
            data-active={current?.area === area || undefined}
            aria-current={current?.area === area ? "true" : undefined}
          >
            <Symbol size={20} stroke={1.6} aria-hidden />
            <span>{t(`area.${area}`)}</span>
          </Link>
        );
      })}
    </nav>
  );
}

export function PageList({ account, places, current }: Props) {
  const { t } = useTranslation();
  if (!current) return null;
  return (
    <nav className={classes.pages} aria-label={t("page.label")}>
      <p className={classes.areaName}>{t(`area.${current.area}`)}</p>
      {places
        .filter((place) => place.area === current.area)
        .map(({ page, to, icon: Symbol }) => (
          <Link key={page} to={to} params={{ account }} className={classes.page} activeProps={{ "data-active": true }}>
            <Symbol size={16} stroke={1.6} aria-hidden />
            {t(`page.${page}`)}
          </Link>
        ))}
    </nav>
  );
}

export function TabBar({ account, places }: Omit<Props, "current">) {
  const { t } = useTranslation();
  return (
    <nav className={classes.tabs} aria-label={t("page.label")}>
      {places.map(({ page, to, icon: Symbol }) => (
        <Link key={page} to={to} params={{ account }} className={classes.tab} activeProps={{ "data-active": true }}>
          <Symbol size={22} stroke={1.6} aria-hidden />
          <span>{t(`tab.${page}`)}</span>
        </Link>
      ))}
    </nav>
  );
}
