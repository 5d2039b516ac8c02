/** Personal settings: colours, language, density; and the shortcuts to learn. Kept in this browser. */
import { SegmentedControl } from "@mantine/core";
import { createFileRoute } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

import { type Language, setLanguage } from "@/i18n";
import { ShortcutList } from "@/ui/frame/shortcut-list";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { type Density, prefer, type Scheme, usePreferences } from "@/ui/preferences";

import classes from "./-settings.module.css";

export const Route = createFileRoute("/_app/a/$account/settings/")({ component: Settings });

function Settings() {
  const { t, i18n } = useTranslation(["settings", "ui"]);
  const { scheme, density } = usePreferences();
  const schemes = ["auto", "light", "dark"] as const;
  const densities = ["comfortable", "compact"] as const;
  return (
    <div className={page.narrow}>
      <PageHeader title={t("title")} about={t("about")} />
      <section className={`${page.card} ${classes.card}`}>
        <Setting name={t("scheme.name")} help={t("scheme.help")}>
          {(label) => (
            <SegmentedControl aria-labelledby={label} value={scheme} onChange={(value) => prefer({ scheme: value as Scheme })} data={schemes.map((value) => ({ value, label: t(`scheme.${value}`) }))} />
          )}
        </Setting>
        <Setting name={t("language.name")} help={t("language.help")}>
          {(label) => (
            <SegmentedControl
              aria-labelledby={label}
              value={i18n.language}
              onChange={(value) => setLanguage(value as Language)}
              data={[
                { value: "en", label: "English" },
                { value: "fr", label: "Français" },
              ]}
            />
          )}
        </Setting>
        <Setting name={t("density.name")} help={t("density.help")}>
          {(label) => (
            <SegmentedControl aria-labelledby={label} value={density} onChange={(value) => prefer({ density: value as Density })} data={densities.map((value) => ({ value, label: t(`density.${value}`) }))} />
          )}
        </Setting>
      </section>
      <section className={`${page.card} ${classes.card}`}>
        <h2 className={classes.heading}>{t("shortcuts")}</h2>
        <ShortcutList />
      </section>
    </div>
  );
}

function Setting({ name, help, children }: { name: string; help: string; children: (label: string) => ReactNode }) {
  const label = useId();
  return (
    <div className={classes.setting}>
      <div>
        <h2 className={classes.heading} id={label}>
          {name}
        </h2>
        <p className={classes.help}>{help}</p>
      </div>
      {children(label)}
    </div>
  );
}
