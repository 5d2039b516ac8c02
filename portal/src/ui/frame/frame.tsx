/** The frame around every page: rail, page list, top bar, content, palette and shortcuts. */
import { useRouterState } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { LiveProvider } from "../live";
import { Changes } from "../may";
import { useActing } from "./acting";
import classes from "./frame.module.css";
import { Closed } from "./closed";
import { placeAt, PLACES, placesFor } from "./places";
import { PageList, Rail, TabBar } from "./rail";
import { useShortcuts } from "./shortcuts";
import { TopBar } from "./top-bar";

// Nobody needs these to see a page.
const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));
const ShortcutsDialog = lazy(async () => ({ default: (await import("./shortcut-list")).ShortcutsDialog }));

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { id: account, manages, administers, office, apps, permissions } = useActing();
  const atOffice = office === account;
  const places = useMemo(() => placesFor({ manages, administers, atOffice, apps, permissions }), [manages, administers, atOffice, apps, permissions]);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const current = placeAt(pathname, places);
  // A page there is, but not for this person: nothing of it is read.
  const closed = current ? undefined : placeAt(pathname, PLACES);
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  // Kept once asked for, so that closing is animated.
  const [asked, setAsked] = useState<ReadonlySet<"palette" | "help">>(new Set());
  const close = useCallback(() => setOpen(null), []);
  const show = useCallback((what: "palette" | "help") => {
    setOpen(what);
    setAsked((now) => new Set([...now, what]));
  }, []);
  const palette = useCallback(() => show("palette"), [show]);
  const help = useCallback(() => show("help"), [show]);
  useShortcuts({ account, office, places, onPalette: palette, onHelp: help });

  return (
    <LiveProvider account={account}>
      <a href="#content" className={classes.skip}>
        {t("skip")}
      </a>
      <div className={classes.frame}>
        <Rail account={account} office={office} places={places} current={current} />
        <PageList account={account} office={office} places={places} current={current} />
        <TopBar account={account} current={current} onSearch={palette} />
        <main className={classes.content} id="content" tabIndex={-1}>
          {closed ? <Closed first={places[0]} home={closed.page === "dashboard"} /> : <Changes of={current?.of}>{children}</Changes>}
        </main>
        <TabBar account={account} office={office} places={places} current={current} />
      </div>
      <Suspense>
        {asked.has("palette") && <Palette opened={open === "palette"} onClose={close} />}
        {asked.has("help") && <ShortcutsDialog opened={open === "help"} onClose={close} />}
      </Suspense>
    </LiveProvider>
  );
}
