/** The key that was made: shown this once. */
import { ActionIcon, Button, Code, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

import classes from "./-keys.module.css";

export function Secret({ secret, onClose }: { secret: { name: string; secret: string }; onClose: () => void }) {
  const { t } = useTranslation(["api-keys", "ui"]);
  return (
    <Dialog opened onClose={onClose} closeOnClickOutside={false} closeOnEscape={false} size={560} title={t("secret.title", { name: secret.name })}>
      <div className={form.form}>
        <p>{t("secret.once")}</p>
        <div className={classes.secret}>
          <code>{secret.secret}</code>
          <CopyButton value={secret.secret}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? t("ui:copied") : t("ui:copy")}>
                <ActionIcon variant="default" size={36} onClick={copy} aria-label={t("secret.copy")} data-autofocus>
                  {copied ? <IconCheck size={16} stroke={1.8} /> : <IconCopy size={16} stroke={1.6} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </div>
        <p className={form.help}>{t("secret.how")}</p>
        <Code block>{'PUT /v2/api_auth\n{"data": {"api_key": "…"}}'}</Code>
        <div className={form.buttons}>
          <Button onClick={onClose}>{t("secret.done")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
