/** Everything that is wrong or doubtful in the flow; a click leads to the step. */
import { IconAlertTriangle, IconCircleCheck, IconExclamationCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { stepOfProblem } from "../-model/problems";
import { idOf, walk } from "../-model/tree";
import type { FlowProblem } from "../-model/types";
import type { Builder } from "../-model/use-builder";
import { titleOf } from "../-model/use-modules";
import { wordingOf } from "../-model/wording";
import classes from "./builder.module.css";
import type { Telling } from "./words-of";

interface Props {
  builder: Builder;
  telling: Telling;
  problems: readonly FlowProblem[];
  onNumbers: () => void;
}

export function Problems({ builder, telling, problems, onNumbers }: Props) {
  const { t, i18n } = useTranslation(["callflows", "ui"]);
  const steps = new Map(walk(builder.document.flow).map((step) => [idOf(step.path), step]));
  if (problems.length === 0)
    return (
      <p className={classes.fine}>
        <IconCircleCheck size={18} aria-hidden />
        {t("problems.none")}
      </p>
    );
  return (
    <ul className={classes.problems} aria-label={t("problems.label")}>
      {problems.map((problem) => {
        const step = steps.get(stepOfProblem(problem.path, steps) ?? "");
        const Symbol = problem.severity === "error" ? IconExclamationCircle : IconAlertTriangle;
        const text = wordingOf(problem, t as never, i18n);
        return (
          <li key={`${problem.path} ${problem.code} ${problem.message}`}>
            <button type="button" className={classes.problem} onClick={() => (step ? builder.select(step.path) : problem.path.startsWith("numbers") || problem.path.startsWith("patterns") ? onNumbers() : builder.select([]))}>
              <Symbol size={16} className={problem.severity === "error" ? classes.bad : classes.warn} aria-label={t(`problems.${problem.severity}`)} />
              <span>
                <strong>{step ? telling.words(titleOf(step.node, telling.registry)) : problem.path.startsWith("numbers") ? t("problems.numbers") : t("problems.flow")}</strong>
                <span>{text}</span>
                <code>{problem.path}</code>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
