/** A task at work: how far it is, how many rows went which way, and the way to pause it, go on, and keep its result. */
import { Button, Progress } from "@mantine/core";
import { IconDownload, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { ruleWords } from "@/api";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { Invoices } from "@/ui/invoices";
import { StateDot, type Tone } from "@/ui/state-dot";

import classes from "./task.module.css";
import { accept, countOf, isOver, saveResult, steer, type Task } from "./tasks";

const TONES: Record<Task["status"], Tone> = { pending: "off", executing: "good", stopped: "warn", success: "good", partial: "warn", failure: "bad" };

export function TaskState({ task }: { task: Task }) {
  const { t } = useTranslation("office");
  return <StateDot tone={TONES[task.status]}>{t(`task.state.${task.status}`)}</StateDot>;
}

interface Props {
  account: string;
  task: Task;
  /** What starts it: "Add 12 users". */
  startLabel: string;
  /** The same when it costs something: "Accept and add 12 users". */
  acceptLabel?: string;
  /** `file`: it makes one file, there when all is done; its counts are steps of the work and say nothing to people. */
  makes?: "rows" | "file";
  /** More buttons beside. */
  children?: ReactNode;
}

export function TaskWork({ account, task, startLabel, acceptLabel = startLabel, makes = "rows", children }: Props) {
  const { t } = useTranslation(["office", "ui"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const act = (run: () => Promise<unknown>) => async () => {
    setBusy(true);
    try {
      await run();
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account", account, "tasks"] });
    }
  };
  const waiting = countOf(task, "ready");
  const notes = task.remarks?.length ? task.remarks.map(({ message, code, values }) => ruleWords(code, { message, ...values })) : task.notes;
  const rows = makes === "rows";
  const costs = (task.charges ?? []).length > 0;
  const result = rows ? task.status !== "pending" : task.output !== null;
  return (
    <div className={form.form}>
      <div className={classes.head} aria-live="polite">
        <TaskState task={task} />
        {rows && (
          <p className={classes.counts}>
            {(["ready", "done", "bad", "failed"] as const)
              .filter((state) => countOf(task, state) > 0)
              .map((state) => t(`task.count.${state}`, { count: countOf(task, state) }))
              .join(" · ")}
          </p>
        )}
      </div>
      {task.status !== "pending" && <Progress value={task.progress} striped={task.status === "executing"} aria-label={t("task.progress")} />}
      {task.problem && (
        <p className={form.failure} role="alert">
          {task.status === "stopped" && costs ? t("task.dearer") : task.problem}
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className={form.notice}>
          {note}
        </p>
      ))}
      {costs && waiting > 0 && <Invoices charges={task.charges} />}
      <div className={classes.buttons}>
        {task.status === "pending" && (
          <Button loading={busy} disabled={rows && waiting === 0} onClick={() => void act(() => accept(account, task))()}>
            {costs ? acceptLabel : startLabel}
          </Button>
        )}
        {task.status === "executing" && (
          <Button variant="default" leftSection={<IconPlayerPause size={16} stroke={1.6} />} loading={busy} onClick={() => void act(() => steer(account, task.id, "stop"))()}>
            {t("task.pause")}
          </Button>
        )}
        {(task.status === "stopped" || (task.status === "failure" && (waiting > 0 || !rows))) && (
          <Button leftSection={<IconPlayerPlay size={16} stroke={1.6} />} loading={busy} onClick={() => void act(() => accept(account, task))()}>
            {t(costs ? "task.acceptGoOn" : "task.goOn")}
          </Button>
        )}
        {result && (
          <Button variant={isOver(task) && task.status !== "failure" ? "filled" : "default"} leftSection={<IconDownload size={16} stroke={1.6} />} loading={busy} onClick={() => void act(() => saveResult(account, task))()}>
            {t("task.result")}
          </Button>
        )}
        {children}
      </div>
    </div>
  );
}
