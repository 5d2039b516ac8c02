/** The frame around every page: rail, page list, top bar, content, palette and shortcuts. */
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { LiveProvider } from "../live";
import { useActing } from "./acting";
import classes from "./frame.module.css";
import { Palette } from "./palette";
import { placeAt, placesFor } from "./places";
import { PageList, Rail, TabBar } from "./rail";
import { ShortcutsDialog, useShortcuts } from "./shortcuts";
import { TopBar } from "./top-bar";

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { id: account, manages } = useActing();
  const places = useMemo(() => placesFor(manages), [manages]);
  const current = placeAt(useRouterState({ select: (state) => state.location.pathname }));
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const close = useCallback(() => setOpen(null), []);
  const palette = useCallback(() => setOpen("palette"), []);
  const help = useCallback(() => setOpen("help"), []);
  useShortcuts({ account, places, onPalette: palette, onHelp: help });

  return (
    <LiveProvider account={account}>
      <a href="#content" className={classes.skip}>
        {t("skip")}
      </a>
      <div className={classes.frame}>
        <Rail account={account} places={places} current={current} />
        <PageList account={account} places={places} current={current} />
        <TopBar account={account} current={current} onSearch={palette} />
        <main className={classes.content} id="content" tabIndex={-1}>
          {children}
        </main>
        <TabBar account={account} places={places} current={current} />
      </div>
      <Palette opened={open === "palette"} onClose={close} />
      <ShortcutsDialog opened={open === "help"} onClose={close} />
    </LiveProvider>
  );
}
