/** The whole document as JSON: to read, to paste from elsewhere, to change what no form knows. */
import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "@/ui/side-panel";

import { written } from "../-model/api";
import type { Callflow } from "../-model/types";
import type { Builder } from "../-model/use-builder";
import classes from "./builder.module.css";

interface Props {
  builder: Builder;
  onClose: () => void;
}

export function JsonDialog({ builder, onClose }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const [text, setText] = useState(() => JSON.stringify(written(builder.document), null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  const apply = () => {
    try {
      const read: unknown = JSON.parse(text);
      if (typeof read !== "object" || read === null || Array.isArray(read)) throw new SyntaxError(t("json.object"));
      const { id, metadata } = builder.document;
      builder.edit("json", () => ({ numbers: [], ...(read as Partial<Callflow>), id, metadata }));
      onClose();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog opened onClose={onClose} title={t("json.title")} size={760}>
      <div className={classes.merge}>
        <Textarea label={t("json.label")} description={t("json.help")} value={text} onChange={(event) => setText(event.currentTarget.value)} rows={22} classNames={{ input: classes.jsonText }} error={wrong} spellCheck={false} />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("ui:cancel")}
          </Button>
          <Button onClick={apply}>{t("json.apply")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
