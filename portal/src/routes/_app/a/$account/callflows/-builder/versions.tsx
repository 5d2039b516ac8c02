/** Every saved version: who saved it when, what it changed, and the way back. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fromGregorian } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { Only } from "@/ui/may";
import { Skeleton } from "@/ui/skeleton";

import { type Change, changesQuery, type Loaded, restoreVersion, versionsQuery } from "../-model/api";
import classes from "./builder.module.css";
import type { Telling } from "./words-of";

interface Props {
  account: string;
  flow: string;
  current: number;
  telling: Telling;
  unsaved: boolean;
  onRestored: (loaded: Loaded) => void;
}

export function Versions({ account, flow, current, telling, unsaved, onRestored }: Props) {
  const { t, i18n } = useTranslation(["callflows", "ui"]);
  const client = useQueryClient();
  const query = useQuery(versionsQuery(account, flow));
  const [open, setOpen] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (flow === "new") return <p className={classes.none}>{t("versions.none")}</p>;
  if (!query.data) return <Skeleton width={200} />;

  const restore = async (revision: number, undoable: boolean) => {
    setBusy(true);
    try {
      const loaded = await restoreVersion(account, flow, revision);
      await client.invalidateQueries({ queryKey: ["account", account, "callflows", "versions", flow] });
      onRestored(loaded);
      tellDone(t("versions.restored", { revision }), undoable ? () => void restore(current, false) : undefined);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <ol className={classes.versions} aria-label={t("versions.label")}>
      {query.data.map((version) => (
        <li key={version.revision} data-current={version.revision === current || undefined}>
          <button type="button" className={classes.version} aria-expanded={open === version.revision} onClick={() => setOpen(open === version.revision ? null : version.revision)}>
            <strong>{t("versions.number", { revision: version.revision })}</strong>
            <span>{version.revision === current ? t("versions.current") : when.format(fromGregorian(version.created))}</span>
            <small>{version.by.name ?? t(version.by.account_id ? "versions.above" : "versions.system")}</small>
          </button>
          {open === version.revision && (
            <div className={classes.versionBody}>
              <ChangesOf account={account} flow={flow} revision={version.revision} telling={telling} />
              {version.revision !== current && version.action !== "deleted" && (
                <>
                  <Only may="callflows.update">
                    <Button variant="default" size="compact-sm" loading={busy} onClick={() => void restore(version.revision, true)}>
                      {t("versions.restore")}
                    </Button>
                  </Only>
                  {unsaved && <p className={classes.none}>{t("versions.unsaved")}</p>}
                </>
              )}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

function ChangesOf({ account, flow, revision, telling }: { account: string; flow: string; revision: number; telling: Telling }) {
  const { t } = useTranslation(["callflows", "ui"]);
  const query = useQuery(changesQuery(account, flow, revision));
  if (!query.data) return <Skeleton width={160} />;
  if (query.data.since === null) return <p className={classes.none}>{t("versions.first")}</p>;
  if (query.data.changes.length === 0) return <p className={classes.none}>{t("versions.same")}</p>;
  return (
    <ul className={classes.changes}>
      {query.data.changes.map((change) => (
        <li key={`${change.kind} ${change.path}`} data-kind={change.kind}>
          <ChangeText change={change} telling={telling} />
        </li>
      ))}
    </ul>
  );
}

/** One difference in words. */
export function ChangeText({ change, telling }: { change: Pick<Change, "kind" | "path" | "module" | "key" | "before" | "after">; telling: Telling }) {
  const { t } = useTranslation(["callflows", "ui"]);
  const info = telling.registry.get(change.module);
  const step = info ? telling.words(info.title) : change.module;
  const field = info?.fields.find(({ key }) => key === change.key);
  const key = field ? telling.words(field.label) : change.key;
  const shown = (value: unknown): string => {
    if (value === undefined || value === null || value === "") return t("versions.empty");
    const choice = field?.choices.find((each) => each.value === value);
    if (choice) return telling.words(choice);
    if (Array.isArray(value)) return value.map((each) => (typeof each === "object" ? JSON.stringify(each) : (telling.names.get(String(each)) ?? String(each)))).join(", ") || t("versions.empty");
    return typeof value === "object" ? JSON.stringify(value) : (telling.names.get(String(value)) ?? String(value));
  };
  return (
    <>
      <strong>{t(`versions.kind.${change.kind}`)}</strong> {step && <span>{step}</span>} {change.kind === "changed" && key && <span>{key}:</span>}
      {change.kind === "changed" && (
        <span className={classes.beforeAfter}>
          <del>{shown(change.before)}</del> <ins>{shown(change.after)}</ins>
        </span>
      )}
      {change.path.startsWith("flow") && <code>{change.path}</code>}
    </>
  );
}
