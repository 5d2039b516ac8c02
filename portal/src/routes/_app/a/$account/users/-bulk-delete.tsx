/** Deletes users after saying exactly what goes with them. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { tellDone } from "@/ui/done";
import { Only } from "@/ui/may";
import { Dialog } from "@/ui/side-panel";
import { tellFailure } from "@/ui/failed";

import { deleteUser } from "./-change-user";
import classes from "./-panel.module.css";
import type { Person } from "./-rows";

interface Props {
  account: string;
  people: readonly Person[];
  onDone: () => void;
}

export function BulkDelete({ account, people, onDone }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [gone, setGone] = useState<number | null>(null);

  const run = async () => {
    setGone(0);
    try {
      for (const [at, person] of people.entries()) {
        // oxlint-disable-next-line no-await-in-loop -- progress is shown one by one
        await deleteUser(account, person.id);
        setGone(at + 1);
      }
      setAsking(false);
      onDone();
      tellDone(t("delete.done", { count: people.length }));
    } catch (error) {
      tellFailure(error);
    } finally {
      setGone(null);
      await client.invalidateQueries({ queryKey: ["account", account] });
    }
  };

  const devices = people.reduce((sum, person) => sum + person.devices.length, 0);
  const messages = people.reduce((sum, person) => sum + person.newMessages, 0);
  return (
    <>
      <Only may="users.delete">
        <Button variant="default" className={classes.danger} onClick={() => setAsking(true)}>
          {t("delete.action")}
        </Button>
      </Only>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t("delete.title", { count: people.length })}>
        <p>{t("delete.who", { names: people.map(({ name, extension }) => `${name} (${extension || "–"})`).slice(0, 10).join(", ") })}</p>
        <p>{t("delete.what", { devices, messages })}</p>
        <div className={classes.bar}>
          <span className={classes.progress} aria-live="polite">
            {gone !== null && t("delete.progress", { gone, count: people.length })}
          </span>
          <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
            {t("ui:cancel")}
          </Button>
          <Button color="red" loading={gone !== null} onClick={() => void run()}>
            {t("delete.action")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
