/** Everything an account has in one archive: begun here, made by the worker, kept for 30 days; closing the window stops nothing. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, fromGregorian } from "@/api";
import { TaskWork } from "@/office/task-work";
import { beginFile, taskQuery, tasksQuery } from "@/office/tasks";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

interface Props {
  account: Account;
  opened: boolean;
  onClose: () => void;
}

export function ExportAccount({ account: { id, name }, opened, onClose }: Props) {
  const { t, i18n } = useTranslation(["customer", "ui"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const newest = useQuery({ ...tasksQuery(id, "accounts", "export"), enabled: opened }).data?.[0];
  const task = useQuery({ ...taskQuery(id, newest?.id ?? ""), enabled: opened && newest !== undefined }).data;
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const size = new Intl.NumberFormat(i18n.language, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
  const begin = async () => {
    setBusy(true);
    try {
      await beginFile(id, "accounts", "export");
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account", id, "tasks"] });
    }
  };
  const running = task?.status === "executing" || task?.status === "stopped" || task?.status === "pending";
  return (
    <Dialog opened={opened} onClose={onClose} title={t("export.title", { name })} size={520}>
      <div className={form.form}>
        <p className={form.help}>{t("export.what")}</p>
        {task && (
          <>
            <p>
              {t("export.of", { when: when.format(fromGregorian(task.submitted_at)) })}
              {task.output && ` · ${size.format(Math.max(task.output.size / 1_000_000, 0.1))}`}
            </p>
            <TaskWork account={id} task={task} makes="file" startLabel={t("export.begin")} />
          </>
        )}
        {!running && (
          <div className={form.buttons}>
            <Button variant={task ? "default" : "filled"} loading={busy} onClick={() => void begin()}>
              {t(task ? "export.again" : "export.begin")}
            </Button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
