/** Choosing a password; the link that one came by stands for the old one. */
import { Button, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";

import type { Entered } from "./begin";
import classes from "./welcome.module.css";

export function PasswordForm({ entered, onDone }: { entered: Entered; onDone?: () => void }) {
  const { t } = useTranslation(["welcome", "ui", "sign-in"]);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await call("PUT", urls.getChangePasswordUrl(entered.accountId, entered.userId), { body: { password, username: entered.username || undefined } });
      setDone(true);
      setPassword("");
      tellDone(t("password.done"));
      onDone?.();
    } catch (error) {
      setFailure((error instanceof Problem && error.fields.password) || t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  if (done) return <p className={classes.note}>{t("password.done")}</p>;
  return (
    <form
      className={classes.form}
      aria-label={t("password.title")}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input type="text" name="username" autoComplete="username" value={entered.username} readOnly hidden aria-label={t("sign-in:userName")} />
      <PasswordInput
        label={t("password.new")}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={failure}
        visibilityToggleButtonProps={{ "aria-label": t("sign-in:showPassword") }}
      />
      <Button type="submit" variant="default" loading={busy} disabled={password === ""}>
        {t("password.save")}
      </Button>
    </form>
  );
}
