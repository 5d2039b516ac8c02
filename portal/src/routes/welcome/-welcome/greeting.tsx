/** Greets whom the link is for; the button uses it up. */
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, setSession, urls, wantsCode } from "@/api";

import type { Entered } from "./begin";
import classes from "./welcome.module.css";

export interface Greeted {
  state: string;
  kind: "invitation" | "new_account" | "recovery";
  first_name?: string;
  account_name?: string;
  username?: string;
  is_admin?: boolean;
}

interface SignedIn {
  account_id: string;
  owner_id: string;
}

export function Greeting({ token, greeted, onEntered }: { token: string; greeted: Greeted; onEntered: (entered: Entered) => void }) {
  const { t } = useTranslation(["welcome", "ui", "sign-in"]);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const { kind, first_name: name = "", account_name: account = "", username = "", is_admin: admin = false } = greeted;
  const enter = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const reply = await call<SignedIn>("POST", urls.getUseOnboardingUrl(token), { anonymous: true, body: code ? { multi_factor_response: code.trim() } : {} });
      if (!reply.auth_token) throw new Error("the link signed in without giving a token");
      setSession({ token: reply.auth_token, accountId: reply.data.account_id, userId: reply.data.owner_id, userName: username });
      onEntered({ kind, name, account, username, admin, accountId: reply.data.account_id, userId: reply.data.owner_id });
    } catch (error) {
      if (wantsCode(error) && code === null) setCode("");
      else if (error instanceof Problem && error.status === 401) setFailure(t("sign-in:wrongCode"));
      else setFailure(error instanceof Problem && error.status === 404 ? t("gone.used") : t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <>
      <h1 className={classes.title}>{t(`greeting.${kind}.title`, { name })}</h1>
      <p className={classes.text}>{t(`greeting.${kind}.text`, { account })}</p>
      {failure && (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
      {code !== null && <TextInput label={t("sign-in:code")} description={t("sign-in:codeHelp")} autoComplete="one-time-code" spellCheck={false} value={code} onChange={(event) => setCode(event.currentTarget.value)} />}
      <Button size="md" loading={busy} onClick={() => void enter()}>
        {t(`greeting.${kind}.button`)}
      </Button>
    </>
  );
}
