/** What is shown once: the secrets made for a new user or device, each with a copy button. */
import { Button, CopyButton, Tooltip, ActionIcon } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui/side-panel";

import type { Created } from "./-create-user";
import classes from "./-panel.module.css";

type LineName = "extension" | "pin" | "portalUser" | "portalPassword";

export interface Secret {
  kind: "user" | "device";
  lines: [LineName, string][];
  device?: { name: string; username: string; password: string; realm: string };
  /** Where an invitation went: its owner chooses the portal password. */
  invited?: string;
}

/** What is shown of a user who has just been made. */
export function secretsOf(created: Created, realm: string): Secret {
  const { extension, pin, userName, password, device } = created;
  return {
    kind: "user",
    lines: [["extension", extension], ["pin", pin], ["portalUser", userName], ...(password ? [["portalPassword", password] as [LineName, string]] : [])],
    device: device && { ...device, realm },
    invited: password ? undefined : userName,
  };
}

export function SecretDialog({ secret, onClose }: { secret: Secret | null; onClose: () => void }) {
  const { t } = useTranslation(["users", "ui"]);
  const device = secret?.device;
  const lines: [string, string][] = [
    ...(device
      ? [
          [t("secret.realm"), device.realm] as [string, string],
          [t("secret.username"), device.username] as [string, string],
          [t("secret.password"), device.password] as [string, string],
        ]
      : []),
    ...(secret?.lines.map(([name, value]): [string, string] => [t(`secret.${name}`), value]) ?? []),
  ];
  return (
    <Dialog opened={secret !== null} onClose={onClose} title={t("secret.title")} size={480} closeOnClickOutside={false}>
      <p className={classes.once}>{t("secret.once")}</p>
      {secret?.invited && <p className={classes.once}>{t("secret.invited", { email: secret.invited })}</p>}
      <dl className={classes.secrets}>
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
              <CopyButton value={value}>
                {({ copied, copy }) => (
                  <Tooltip label={copied ? t("ui:copied") : t("ui:copy")}>
                    <ActionIcon variant="subtle" color="gray" size={32} onClick={copy} aria-label={t("secret.copy", { name })}>
                      {copied ? <IconCheck size={16} stroke={1.8} /> : <IconCopy size={16} stroke={1.6} />}
                    </ActionIcon>
                  </Tooltip>
                )}
              </CopyButton>
            </dd>
          </div>
        ))}
      </dl>
      <div className={classes.bar}>
        <CopyButton value={lines.map(([name, value]) => `${name}: ${value}`).join("\n")}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t("ui:copied") : t("secret.copyAll")}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>{t("secret.done")}</Button>
      </div>
    </Dialog>
  );
}
