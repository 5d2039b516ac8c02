/** The left side: areas as a rail, the pages of the chosen area beside it; on a phone a tab bar with the rest behind "More". */
import { IconDots } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { BrandIcon } from "../brand-mark";
import classes from "./frame.module.css";
import { accountFor, AREAS, type AreaId, type Place } from "./places";

const MoreSheet = lazy(async () => ({ default: (await import("./more-sheet")).MoreSheet }));

interface Props {
  account: string;
  /** The account that administration pages are of. */
  office: string;
  places: readonly Place[];
  current: Place | undefined;
}

export function Rail({ account, office, places, current }: Props) {
  const { t } = useTranslation();
  return (
    <nav className={classes.rail} aria-label={t("area.label")}>
      <span className={classes.mark} aria-hidden>
        <BrandIcon size={28} />
      </span>
      {AREAS.map(({ area, icon: Symbol }) => {
        const first = places.find((place) => place.area === area);
        if (!first) return null;
        return (
          <Link
            key={area}
            to={first.to}
            params={{ account: accountFor(first, { account, office }) }}
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

/** The pages of one area, those without a section first, then each section under its heading. */
export function Pages({ account, office, places, area, onGo }: { account: string; office: string; places: readonly Place[]; area: AreaId; onGo?: () => void }) {
  const { t } = useTranslation();
  const sections = Map.groupBy(
    places.filter((place) => place.area === area),
    (place) => place.section,
  );
  return [...sections].map(([section, pages]) => (
    <div key={section ?? ""} className={classes.section}>
      {section && <p className={classes.sectionName}>{t(`section.${section}`)}</p>}
      {pages.map(({ page, to, icon: Symbol }) => (
        <Link key={page} to={to} params={{ account: accountFor({ area }, { account, office }) }} className={classes.page} activeProps={{ "data-active": true }} onClick={onGo}>
          <Symbol size={16} stroke={1.6} aria-hidden />
          {t(`page.${page}`)}
        </Link>
      ))}
    </div>
  ));
}

export function PageList({ account, office, places, current }: Props) {
  const { t } = useTranslation();
  if (!current) return null;
  return (
    <nav className={classes.pages} aria-label={t("page.label")}>
      <p className={classes.areaName}>{t(`area.${current.area}`)}</p>
      <Pages account={account} office={office} places={places} area={current.area} />
    </nav>
  );
}

export function TabBar({ account, office, places, current }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  // Whoever administers has that area's tabs while there; everywhere else the phone system's are at hand.
  const area = current?.area === "admin" ? "admin" : "pbx";
  const tabs = places.filter((place) => place.tab && place.area === area);
  return (
    <>
      <nav className={classes.tabs} aria-label={t("page.label")}>
        {tabs.map(({ page, to, icon: Symbol }) => (
          <Link key={page} to={to} params={{ account: accountFor({ area }, { account, office }) }} className={classes.tab} activeProps={{ "data-active": true }}>
            <Symbol size={22} stroke={1.6} aria-hidden />
            <span>{t(`tab.${page as "users"}`)}</span>
          </Link>
        ))}
        <button type="button" className={classes.tab} aria-haspopup="dialog" data-active={(current && !current.tab) || undefined} onClick={() => {
            setAsked(true);
            setOpen(true);
          }}>
          <IconDots size={22} stroke={1.6} aria-hidden />
          <span>{t("tab.more")}</span>
        </button>
      </nav>
      <Suspense>{asked && <MoreSheet account={account} office={office} places={places} opened={open} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
