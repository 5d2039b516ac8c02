/** A forgotten password: whoever asks gets the same answer, whether there is such a person or not; the mail has a link that works once. */
import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { createFileRoute, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountKey, call, explanation, Problem, urls } from "@/api";
import { BrandMark } from "@/ui/brand-mark";

import classes from "../sign-in/-sign-in.module.css";

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export const Route = createFileRoute("/forgot/")({
  validateSearch: (search: Record<string, unknown>): { user?: string; account?: string } => ({ user: text(search.user), account: text(search.account) }),
  component: Forgot,
});

function Forgot() {
  const { t } = useTranslation(["forgot", "sign-in", "ui"]);
  const { user = "", account = "" } = Route.useSearch();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const required = (value: string) => (value.trim() ? null : t("sign-in:required"));
  const form = useForm({ initialValues: { userName: user, account }, validate: { userName: required, account: required } });
  const ask = form.onSubmit(async (values) => {
    setBusy(true);
    setFailure(null);
    try {
      await call("PUT", urls.getAskRecoveryUrl(), { anonymous: true, body: { username: values.userName.trim(), [accountKey(values.account)]: values.account.trim() } });
      setAsked(true);
    } catch (error) {
      const fields = error instanceof Problem ? error.fields : {};
      if (fields.username) form.setFieldError("userName", fields.username);
      else setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  });
  const back = (
    <Link to="/sign-in" className={classes.link}>
      {t("back")}
    </Link>
  );
  if (asked)
    return (
      <main className={classes.page}>
        <div className={classes.form} aria-live="polite">
          <BrandMark />
          <h1 className={classes.title}>{t("sent.title")}</h1>
          <p className={classes.note}>{t("sent.text", { name: form.values.userName.trim() })}</p>
          <ul className={classes.hints}>
            <li>{t("sent.hour")}</li>
            <li>{t("sent.spam")}</li>
            <li>{t("sent.noMail")}</li>
          </ul>
          <Button variant="default" fullWidth onClick={() => setAsked(false)}>
            {t("sent.again")}
          </Button>
          {back}
        </div>
      </main>
    );
  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={ask} noValidate>
        <BrandMark />
        <h1 className={classes.title}>{t("title")}</h1>
        <p className={classes.note}>{t("about")}</p>
        {failure && (
          <p className={classes.failure} role="alert">
            {failure}
          </p>
        )}
        <TextInput label={t("userName")} autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus {...form.getInputProps("userName")} />
        <TextInput label={t("sign-in:account")} description={t("sign-in:accountHelp")} autoComplete="organization" spellCheck={false} {...form.getInputProps("account")} />
        <Button type="submit" loading={busy} fullWidth>
          {t("ask")}
        </Button>
        {back}
      </form>
    </main>
  );
}
