/** A phone app for a user: a QR code to scan, or a link to send, which gives the app credentials of its own, once. */
import { Button, CopyButton } from "@mantine/core";
import { IconQrcode } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { tellFailure } from "@/ui/failed";
import { Only } from "@/ui/may";
import { Dialog } from "@/ui/side-panel";

import classes from "./-panel.module.css";

interface App {
  url: string;
  qr: string;
  expires: string;
}

export function PhoneApp({ account, user, name }: { account: string; user: string; name: string }) {
  const { t, i18n } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const [app, setApp] = useState<App | null>(null);
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  // Made when asked for: it is a device of its own, and its link lives a quarter of an hour.
  const make = async () => {
    setBusy(true);
    try {
      const { data } = await call<App>("PUT", urls.getCreateSoftphoneUrl(account, user), { body: {} });
      setApp(data);
      setOpened(true);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account", account, "devices"] });
    }
  };
  const until = app && new Intl.DateTimeFormat(i18n.language, { timeStyle: "short" }).format(new Date(app.expires));
  return (
    <>
      <Only may="softphones.create">
        <Button variant="default" leftSection={<IconQrcode size={16} stroke={1.6} />} loading={busy} onClick={() => void make()}>
          {t("app.add")}
        </Button>
      </Only>
      <Dialog opened={opened} onClose={() => setOpened(false)} title={t("app.title", { name })} size={440}>
        {app && (
          <>
            <ol className={classes.appSteps}>
              <li>{t("app.install")}</li>
              <li>{t("app.scan")}</li>
            </ol>
            <img className={classes.qr} src={`data:image/svg+xml,${encodeURIComponent(app.qr.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))}`} alt={t("app.alt", { name })} width={220} height={220} />
            <p className={classes.help}>{t("app.until", { until })}</p>
          </>
        )}
        <div className={classes.bar}>
          <CopyButton value={app?.url ?? ""}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t("ui:copied") : t("app.copy")}
              </Button>
            )}
          </CopyButton>
          <Button onClick={() => setOpened(false)} data-autofocus>
            {t("secret.done")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
