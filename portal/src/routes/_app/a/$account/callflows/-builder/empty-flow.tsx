/** What a canvas without any step teaches. */
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Panel } from "@xyflow/react";
import { useTranslation } from "react-i18next";

import classes from "./builder.module.css";

export function EmptyFlow({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation(["callflows", "ui"]);
  return (
    <Panel position="top-center" className={classes.emptyFlow}>
      <strong>{t("canvas.empty")}</strong>
      <span>{t("canvas.emptyHelp")}</span>
      <Button mt="sm" onClick={onAdd} leftSection={<IconPlus size={16} aria-hidden />}>
        {t("canvas.addStep")}
      </Button>
    </Panel>
  );
}
