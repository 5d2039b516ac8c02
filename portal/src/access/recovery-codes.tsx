/** Recovery codes, shown this once: to copy, to keep as a file, and to say that one has. */
import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api";
import form from "@/ui/form/form.module.css";
import { download } from "@/ui/list/download";

import classes from "./access.module.css";

export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation(["access", "ui"]);
  const name = useSession()?.userName ?? "";
  const text = `${codes.join("\n")}\n`;
  return (
    <div className={form.form}>
      <p className={form.help}>{t("codes.text")}</p>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={classes.ways}>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t("ui:copied") : t("codes.copy")}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={() => download("recovery-codes.txt", "text/plain", `${t("codes.file", { name })}\n\n${text}`)}>
          {t("codes.download")}
        </Button>
        <Button onClick={onKept}>{t("codes.kept")}</Button>
      </div>
    </div>
  );
}
