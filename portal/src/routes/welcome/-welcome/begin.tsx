/** Signed in by a link: the ways to begin. A phone is offered its app by one tap, a computer a QR code for the phone. */
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { tellFailure } from "@/ui/failed";
import { LinkButton } from "@/ui/link-button";
import { qrSource } from "@/ui/qr";

import { PasswordForm } from "./password-form";
import classes from "./welcome.module.css";

export interface Entered {
  kind: "invitation" | "new_account" | "recovery";
  name: string;
  account: string;
  username: string;
  admin: boolean;
  accountId: string;
  userId: string;
}

export function Begin({ entered }: { entered: Entered }) {
  const { t } = useTranslation("welcome");
  const [chosen, setChosen] = useState(entered.kind !== "recovery");
  const portal = entered.admin && (
    <LinkButton to="/a/$account/dashboard" params={{ account: entered.accountId }} fullWidth>
      {t("portal.open")}
    </LinkButton>
  );
  if (!chosen)
    return (
      <>
        <h1 className={classes.title}>{t("password.title")}</h1>
        <PasswordForm entered={entered} onDone={() => setChosen(true)} />
      </>
    );
  return (
    <>
      <h1 className={classes.title}>{t("begin.title", { name: entered.name })}</h1>
      <p className={classes.text}>{t("begin.text", { account: entered.account })}</p>
      {entered.admin && (
        <section className={classes.way} aria-labelledby="portal">
          <h2 id="portal">{t("portal.title")}</h2>
          <p>{t("portal.text")}</p>
          {portal}
        </section>
      )}
      <PhoneApp entered={entered} />
      {entered.kind !== "recovery" && (
        <section className={classes.way} aria-labelledby="password">
          <h2 id="password">{t("password.title")}</h2>
          <p>{t("password.text", { username: entered.username })}</p>
          <PasswordForm entered={entered} />
        </section>
      )}
    </>
  );
}

interface App {
  link: string;
  qr: string;
}

function PhoneApp({ entered }: { entered: Entered }) {
  const { t } = useTranslation("welcome");
  const phone = useMediaQuery("(pointer: coarse) and (max-width: 900px)") ?? false;
  const [app, setApp] = useState<App | null>(null);
  const [busy, setBusy] = useState(false);
  // Made only when asked for: each makes a device of its own, and its link lives a quarter of an hour.
  const make = async () => {
    setBusy(true);
    try {
      const { data } = await call<App>("PUT", urls.getCreateSoftphoneUrl(entered.accountId, entered.userId), { body: {} });
      setApp(data);
      if (phone) window.location.assign(data.link);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className={classes.way} aria-labelledby="app">
      <h2 id="app">{t(phone ? "app.here" : "app.title")}</h2>
      <p>{t(phone ? "app.hereText" : "app.text")}</p>
      {!app && (
        <Button variant={entered.admin ? "default" : "filled"} loading={busy} fullWidth onClick={() => void make()}>
          {t(phone ? "app.tap" : "app.show")}
        </Button>
      )}
      {app && (
        <>
          {!phone && <img className={classes.qr} src={qrSource(app.qr)} alt={t("app.qr")} width={220} height={220} />}
          <Button component="a" href={app.link} variant="default" fullWidth>
            {t(phone ? "app.again" : "app.desktop")}
          </Button>
          <p className={classes.note}>{t("app.once")}</p>
        </>
      )}
    </section>
  );
}
