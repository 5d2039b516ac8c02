/** A failure in words: what happened, what it means for calls, what to do, and the reference that finds it in the logs. */
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";

import classes from "./states.module.css";

interface Props {
  error: unknown;
  onRetry?: () => void;
}

export function ErrorState({ error, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes.empty} role="alert">
      <IconAlertTriangle size={28} stroke={1.5} className={classes.bad} aria-hidden />
      <h2 className={classes.title}>{t("problem.title")}</h2>
      <p className={classes.text}>{t(explanation(error))}</p>
      {error instanceof Problem && error.requestId && (
        <p className={classes.reference}>{t("problem.reference", { id: error.requestId })}</p>
      )}
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </div>
  );
}
