/**
 * The bar under a form: says what changed, saves it, takes it back. After saving a toast says what it did to the phones and offers
 * to undo. Ctrl/⌘ S saves; leaving with unsaved changes asks first.
 */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";

import { tellDone } from "../done";
import { Dialog } from "../side-panel";
import { tellFailure } from "../failed";
import { useMayChange } from "../may";
import { changedPaths } from "./draft";
import classes from "./form.module.css";
import type { Draft } from "./use-draft";

interface Props<T extends object> {
  account: string;
  draft: Draft<T>;
  /** What each field is called; its keys are the paths that may change. */
  labels: Record<string, string>;
  /** Bring the server from one state to the other; also used, with the arguments swapped, to undo. Throws Problem. */
  apply: (from: T, to: T) => Promise<void>;
  /** What the change did to calls and phones. */
  effect: string;
  /** Looks at the draft before it is sent; returns messages by path. */
  validate?: (value: T) => Record<string, string>;
  /** False when the change cannot be taken back by `apply`. */
  undoable?: boolean;
}

export function SaveBar<T extends object>({ account, draft, labels, apply, effect, validate, undoable = true }: Props<T>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMayChange().update;
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["account", account] });

  const save = async () => {
    if (saving || !draft.dirty || !may) return;
    const wrong = validate?.(draft.value) ?? {};
    draft.setErrors(wrong);
    if (Object.keys(wrong).length > 0) {
      setFailure(t("problem.invalid"));
      return;
    }
    const [from, to] = [draft.base, draft.value];
    setSaving(true);
    setFailure(null);
    try {
      await apply(from, to);
      draft.adopt(to);
      const takeBack = () => {
        apply(to, from).then(() => {
          draft.adopt(from);
          return refresh();
        }, tellFailure);
      };
      tellDone(effect, undoable ? takeBack : undefined);
      await refresh();
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(error.fields);
      const field = error instanceof Problem ? Object.entries(error.fields).find(([path]) => !(path in labels)) : undefined;
      setFailure(field ? `${t(explanation(error))} (${field[0]}: ${field[1]})` : t(explanation(error)));
    } finally {
      setSaving(false);
    }
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      void save();
    }
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const leaving = useBlocker({ shouldBlockFn: () => draft.dirty && !saving, withResolver: true, enableBeforeUnload: () => draft.dirty });

  const changed = changedPaths(draft.base, draft.value, Object.keys(labels)).map((path) => labels[path]);
  return (
    <>
      {failure && draft.dirty && (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
      {draft.dirty && (
        <div className={classes.saveBar}>
          <span className={classes.changed} aria-live="polite">
            {t("changed", { list: [...new Set(changed)].join(", ") })}
          </span>
          <Button variant="default" onClick={draft.reset} disabled={saving}>
            {t("discard")}
          </Button>
          <Button loading={saving} disabled={!may} title={may ? undefined : t("mayLook")} onClick={() => void save()} aria-keyshortcuts="Control+S Meta+S">
            {t("save")}
          </Button>
        </div>
      )}
      {/* The Escape that asked to leave must not answer the question too. */}
      <Dialog closeOnEscape={false} opened={leaving.status === "blocked"} onClose={() => leaving.reset?.()} title={t("leave.title")}>
        <p>{t("leave.text", { list: [...new Set(changed)].join(", ") })}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => leaving.proceed?.()}>
            {t("leave.discard")}
          </Button>
          <Button onClick={() => leaving.reset?.()} data-autofocus>
            {t("leave.stay")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
