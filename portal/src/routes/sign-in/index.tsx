/** Sign-in: user name, password, account. A page one was sent away from is remembered in `next`. */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { createFileRoute, redirect, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem, session, signIn, type SignInForm, wantsCode } from "@/api";
import { setLanguage } from "@/i18n";

import classes from "./-sign-in.module.css";
import { safeNext } from "./-safe-next";

export const Route = createFileRoute("/sign-in/")({
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: safeNext(search.next) }),
  beforeLoad: ({ search }) => {
    if (session()) throw redirect({ href: search.next ?? "/" });
  },
  component: SignIn,
});

const REMEMBERED = "qvoice.account";

function SignIn() {
  const { t, i18n } = useTranslation(["sign-in", "ui"]);
  const router = useRouter();
  const { next } = Route.useSearch();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [coded, setCoded] = useState(false);
  const required = (value: string) => (value.trim() ? null : t("required"));
  const form = useForm<SignInForm>({
    initialValues: { code: "", userName: "", password: "", account: localStorage.getItem(REMEMBERED) ?? "" },
    validate: { userName: required, password: (value) => (value ? null : t("required")), account: required },
  });

  const submit = form.onSubmit(async (values) => {
    setBusy(true);
    setFailure(null);
    try {
      await signIn(values);
      localStorage.setItem(REMEMBERED, values.account.trim());
      router.history.push(next ?? "/");
    } catch (error) {
      if (wantsCode(error)) {
        setCoded(true);
        setBusy(false);
        return;
      }
      const wrong = error instanceof Problem && [400, 401, 403, 404].includes(error.status);
      setFailure(wrong ? t(coded ? "wrongCode" : "wrong") : t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  });
  const other = i18n.language === "fr" ? "en" : "fr";

  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={submit} noValidate>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1 className={classes.title}>{t("title")}</h1>
        {next && <p className={classes.note}>{t("again")}</p>}
        {failure && (
          <p className={classes.failure} role="alert">
            {failure}
          </p>
        )}
        <TextInput label={t("userName")} autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus {...form.getInputProps("userName")} />
        <PasswordInput label={t("password")} autoComplete="current-password" visibilityToggleButtonProps={{ "aria-label": t("showPassword") }} {...form.getInputProps("password")} />
        <TextInput label={t("account")} description={t("accountHelp")} autoComplete="organization" spellCheck={false} {...form.getInputProps("account")} />
        {coded && <TextInput label={t("code")} description={t("codeHelp")} autoComplete="one-time-code" spellCheck={false} autoFocus {...form.getInputProps("code")} />}
        <Button type="submit" loading={busy} fullWidth>
          {t("signIn")}
        </Button>
      </form>
      <button type="button" className={classes.language} lang={other} onClick={() => setLanguage(other)}>
        {other === "fr" ? "Français" : "English"}
      </button>
    </main>
  );
}
