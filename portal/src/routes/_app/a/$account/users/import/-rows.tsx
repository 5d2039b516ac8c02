/** The rows of a file with their verdicts, those in trouble first to see; a hundred at a time. */
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ruleWords } from "@/api";
import { countOf, type RowState, type Task, type TaskRow, taskRowsQuery } from "@/office/tasks";
import { ErrorState } from "@/ui/error-state";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";
import { StateDot, type Tone } from "@/ui/state-dot";

import classes from "./-import.module.css";

const LOOK_MS = 2_000;
const STATES = ["bad", "failed", "ready", "done"] as const;
const TONES: Record<RowState, Tone> = { bad: "bad", failed: "bad", ready: "off", done: "good" };

export function Rows({ account, task }: { account: string; task: Task }) {
  const { t } = useTranslation(["import", "office", "ui"]);
  const [chosen, setChosen] = useState<RowState | "all" | null>(null);
  const trouble = STATES.find((state) => (state === "bad" || state === "failed") && countOf(task, state) > 0);
  const wanted = chosen ?? trouble ?? "all";
  const rows = useInfiniteQuery({
    ...taskRowsQuery(account, task.id, wanted === "all" ? undefined : wanted),
    refetchInterval: task.status === "executing" ? LOOK_MS : false,
  });
  const shown = rows.data?.pages.flatMap(({ data }) => data);
  const choices = (["all", ...STATES] as const).filter((state) => state === "all" || state === wanted || countOf(task, state) > 0);
  return (
    <section className={`${page.card} ${classes.card}`} aria-label={t("rows.title")}>
      <div className={classes.choices}>
        <SegmentedControl
          aria-label={t("rows.which")}
          value={wanted}
          onChange={(value) => setChosen(value as RowState | "all")}
          data={choices.map((state) => ({ value: state, label: `${t(`rows.${state}`)} (${countOf(task, state === "all" ? undefined : state)})` }))}
        />
      </div>
      {rows.error && <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />}
      {!shown && !rows.error && <Skeleton width={240} />}
      {shown && (
        <div className={classes.scroll}>
          <table className={classes.rows}>
            <thead>
              <tr>
                <th scope="col">{t("rows.row")}</th>
                <th scope="col">{t("rows.who")}</th>
                <th scope="col">{t("rows.verdict")}</th>
                <th scope="col" data-wide>
                  {t("column.extension")}
                </th>
                <th scope="col" data-wide>
                  {t("rows.email")}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <Line key={row.row} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown?.length === 0 && <p className={classes.none}>{t("rows.none")}</p>}
      {rows.hasNextPage && (
        <Button variant="subtle" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          {t("rows.more")}
        </Button>
      )}
    </section>
  );
}

function Line({ row: { row, state, values, problems } }: { row: TaskRow }) {
  const { t, i18n } = useTranslation("import");
  const words = ({ code, message, values: said }: TaskRow["problems"][number]) => {
    const key = `problem.${code}`;
    return code && i18n.exists(key, { ns: "import" }) ? String(t(key as never, said ?? {})) : ruleWords(code ?? "", { message, ...said });
  };
  const { first_name: first = "", last_name: last = "", email, username, extension } = values;
  return (
    <tr>
      <td>{row}</td>
      <td>{`${first} ${last}`.trim() || "–"}</td>
      <td>
        <StateDot tone={state === "ready" && problems.length ? "warn" : TONES[state]}>{t(`rows.${state}`)}</StateDot>
        {problems.map((problem) => (
          <p key={`${problem.column}/${problem.message}`} className={classes.problem}>
            {problem.column && <code>{problem.column}</code>} {words(problem)}
          </p>
        ))}
      </td>
      <td data-wide>{extension || "–"}</td>
      <td data-wide>{email || username || "–"}</td>
    </tr>
  );
}
