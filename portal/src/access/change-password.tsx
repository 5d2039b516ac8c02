/** Changing one's own password: the present one first, so that a session left open is not somebody else's account. */
import { Button, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";

const SHORTEST = 6;

interface Props {
  account: string;
  user: string;
  userName: string;
  /** The present password, when it was typed a moment ago. */
  known?: string;
  /** True when a mailed link stands for the present password. */
  byLink?: boolean;
  onDone?: () => void;
}

export function ChangePassword({ account, user, userName, known, byLink, onDone }: Props) {
  const { t } = useTranslation(["access", "ui", "sign-in"]);
  const [current, setCurrent] = useState(known ?? "");
  const [fresh, setFresh] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ current?: string; password?: string }>({});
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    const missing = { current: current || byLink ? undefined : t("ui:required"), password: fresh.length < SHORTEST ? t("password.short") : fresh === current ? t("password.same") : undefined };
    setWrong(missing);
    setFailure(null);
    if (missing.current ?? missing.password) return;
    setBusy(true);
    try {
      await call("PUT", urls.getChangePasswordUrl(account, user), { body: { ...(byLink ? {} : { current }), password: fresh } });
      setCurrent("");
      setFresh("");
      tellDone(t("password.done"));
      onDone?.();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { fields, code } = error;
      if (code === "wrong_password" || fields.current) setWrong({ current: t("password.currentWrong") });
      else if (fields.password) setWrong({ password: fields.password });
      else setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  const see = { "aria-label": t("sign-in:showPassword") };
  return (
    <form
      className={form.form}
      aria-label={t("password.save")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input type="text" name="username" autoComplete="username" value={userName} readOnly hidden aria-label={t("sign-in:userName")} />
      {!known && !byLink && (
        <PasswordInput
          label={t("password.current")}
          autoComplete="current-password"
          value={current}
          onChange={(event) => {
            setCurrent(event.currentTarget.value);
            setWrong((now) => ({ ...now, current: undefined }));
          }}
          error={wrong.current}
          visibilityToggleButtonProps={see}
        />
      )}
      <PasswordInput
        label={t("password.new")}
        description={t("password.newHelp")}
        autoComplete="new-password"
        value={fresh}
        onChange={(event) => {
          setFresh(event.currentTarget.value);
          setWrong((now) => ({ ...now, password: undefined }));
        }}
        error={wrong.password}
        visibilityToggleButtonProps={see}
      />
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      <div className={form.buttons}>
        <Button type="submit" loading={busy}>
          {t("password.save")}
        </Button>
      </div>
    </form>
  );
}
