/**
 * Sign-in: user name, password, account; a second step when the person has one; and what must be done first (a second step that the
 * organisation wants, a password of one's own). A page one was sent away from is remembered in `next`.
 */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { createFileRoute, Link, redirect, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type FactorRequest, factorRequest, type Proof } from "@/access/factors";
import { ProofForm } from "@/access/proof-form";
import { explanation, Problem, session, signIn, type SignInForm, useSession } from "@/api";
import { BrandMark } from "@/ui/brand-mark";
import { setLanguage } from "@/i18n";

import { Must } from "./-must";
import classes from "./-sign-in.module.css";
import { safeNext } from "./-safe-next";

export const Route = createFileRoute("/sign-in/")({
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: safeNext(search.next) }),
  beforeLoad: ({ search }) => {
    if (session() && !session()?.wants?.length) throw redirect({ href: search.next ?? "/" });
  },
  component: SignIn,
});

const REMEMBERED = "qvoice.account";

function SignIn() {
  const { t, i18n } = useTranslation(["sign-in", "access", "ui"]);
  const router = useRouter();
  const { next } = Route.useSearch();
  const wants = useSession()?.wants ?? [];
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<FactorRequest | null>(null);
  const required = (value: string) => (value.trim() ? null : t("required"));
  const form = useForm<SignInForm>({
    initialValues: { userName: "", password: "", account: localStorage.getItem(REMEMBERED) ?? "" },
    validate: { userName: required, password: (value) => (value ? null : t("required")), account: required },
  });
  const goOn = () => router.history.push(next ?? "/");

  const enter = async (values: SignInForm, proof?: Proof) => {
    setBusy(true);
    setFailure(null);
    try {
      const { wants: first = [] } = await signIn(values, proof);
      localStorage.setItem(REMEMBERED, values.account.trim());
      if (first.length === 0) goOn();
    } catch (error) {
      const step = factorRequest(error);
      if (step) {
        setAsked(step);
      } else {
        const wrong = error instanceof Problem && [400, 401, 403, 404].includes(error.status);
        const said = proof === undefined ? t("wrong") : t(typeof proof === "string" ? "access:step.wrong" : "access:step.wrongKey");
        setFailure(wrong ? said : t(`ui:${explanation(error)}`));
      }
    }
    setBusy(false);
  };
  /** Every challenge is good for one answer; the password brings the next one. */
  const again = async () => {
    try {
      await signIn(form.values);
    } catch (error) {
      return factorRequest(error);
    }
    return null;
  };
  const other = i18n.language === "fr" ? "en" : "fr";
  const language = (
    <button type="button" className={classes.language} lang={other} onClick={() => setLanguage(other)}>
      {other === "fr" ? "Français" : "English"}
    </button>
  );
  if (wants.length > 0 || asked)
    return (
      <main className={classes.page}>
        <div className={classes.form}>
          <BrandMark />
          {wants.length > 0 ? (
            <Must known={form.values.password || undefined} onDone={goOn} />
          ) : (
            asked && (
              <>
                <h1 className={classes.title}>{t("access:step.title")}</h1>
                <p className={classes.note}>{t("access:step.text")}</p>
                <ProofForm asked={asked} busy={busy} failure={failure} onProof={(proof) => enter(form.values, proof)} onAgain={again} />
                <button
                  type="button"
                  className={classes.link}
                  onClick={() => {
                    setAsked(null);
                    setFailure(null);
                  }}
                >
                  {t("access:step.back")}
                </button>
              </>
            )
          )}
        </div>
        {language}
      </main>
    );
  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={form.onSubmit((values) => void enter(values))} noValidate>
        <BrandMark />
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
        <Button type="submit" loading={busy} fullWidth>
          {t("signIn")}
        </Button>
        <Link to="/forgot" search={{ user: form.values.userName.trim() || undefined, account: form.values.account.trim() || undefined }} className={classes.link}>
          {t("forgot")}
        </Link>
      </form>
      {language}
    </main>
  );
}
