/** What can be done with the rows one has selected: one after the other, with how far it is, and undo where it can be taken back. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { tellDone } from "../done";
import { tellFailure } from "../failed";
import form from "../form/form.module.css";
import { useMayChange } from "../may";
import { Dialog } from "../side-panel";

export interface BulkAction<Row> {
  label: string;
  run: (row: Row) => Promise<unknown>;
  done: (count: number) => string;
  /** Takes back what `run` did. */
  undo?: (row: Row) => Promise<unknown>;
}

export interface BulkRemove<Row> {
  run: (row: Row) => Promise<unknown>;
  /** What goes with them, before it is done. */
  what: string;
}

interface Props<Row> {
  account: string;
  rows: readonly Row[];
  actions?: readonly BulkAction<Row>[];
  remove?: BulkRemove<Row>;
  onExport: () => void;
  onDone: () => void;
}

export function Bulk<Row>({ account, rows, actions, remove, onExport, onDone }: Props<Row>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [done, setDone] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);

  const each = async (run: (row: Row) => Promise<unknown>, told: (count: number) => string, undo?: (row: Row) => Promise<unknown>) => {
    setDone(0);
    let count = 0;
    try {
      for (const row of rows) {
        // oxlint-disable-next-line no-await-in-loop -- progress is shown one by one
        await run(row);
        count += 1;
        setDone(count);
      }
      onDone();
      tellDone(told(count), undo && (() => void Promise.all(rows.map(undo)).then(() => client.invalidateQueries({ queryKey: ["account", account] }), tellFailure)));
    } catch (error) {
      tellFailure(error);
    } finally {
      setDone(null);
      setAsking(false);
      await client.invalidateQueries({ queryKey: ["account", account] });
    }
  };
  const may = useMayChange();
  const busy = done !== null;
  return (
    <>
      <Button variant="default" onClick={onExport}>
        {t("list.export")}
      </Button>
      {may.update && actions?.map(({ label, run, done: told, undo }) => (
        <Button key={label} variant="default" disabled={busy} onClick={() => void each(run, told, undo)}>
          {label}
        </Button>
      ))}
      {remove && may.delete && (
        <Button variant="default" className={form.danger} disabled={busy} onClick={() => setAsking(true)}>
          {t("delete")}
        </Button>
      )}
      <output>{busy && t("list.progress", { done, count: rows.length })}</output>
      {remove && (
        <Dialog opened={asking} onClose={() => setAsking(false)} title={t("list.deleteTitle", { count: rows.length })}>
          <p>{remove.what}</p>
          <div className={form.buttons}>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              {t("cancel")}
            </Button>
            <Button color="red" loading={busy} onClick={() => void each(remove.run, (count) => t("list.deleted", { count }))}>
              {t("delete")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
