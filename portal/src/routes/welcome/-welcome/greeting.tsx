/** Greets whom the link is for; the button uses it up. */
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type FactorRequest, factorRequest, type Proof } from "@/access/factors";
import { ProofForm } from "@/access/proof-form";
import { call, explanation, Problem, sessionOf, setSession, type SignedIn, urls } from "@/api";

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

export function Greeting({ token, greeted, onEntered }: { token: string; greeted: Greeted; onEntered: (entered: Entered) => void }) {
  const { t } = useTranslation(["welcome", "ui", "access"]);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [asked, setAsked] = useState<FactorRequest | null>(null);
  const navigate = useNavigate();
  const { kind, first_name: name = "", account_name: account = "", username = "", is_admin: admin = false } = greeted;
  const post = (proof?: Proof) => call<SignedIn>("POST", urls.getUseOnboardingUrl(token), { anonymous: true, body: proof ? { multi_factor_response: proof } : {} });
  /** Every challenge is good for one answer; the link brings the next one, for it is not used up before. */
  const again = async () => {
    try {
      await post();
    } catch (error) {
      return factorRequest(error);
    }
    return null;
  };
  const enter = async (proof?: Proof) => {
    setBusy(true);
    setFailure(null);
    try {
      const reply = await post(proof);
      const session = { ...sessionOf(reply.data, reply.auth_token, username), byLink: true };
      // A password is chosen on this page; a second step that the organisation wants comes before all else.
      if (session.wants?.includes("factor")) {
        setSession(session);
        await navigate({ to: "/sign-in" });
        return;
      }
      setSession({ ...session, wants: undefined });
      onEntered({ kind, name, account, username, admin, accountId: reply.data.account_id, userId: reply.data.owner_id });
    } catch (error) {
      const step = factorRequest(error);
      if (step) setAsked(step);
      else if (error instanceof Problem && error.status === 401) setFailure(t(typeof proof === "string" ? "access:step.wrong" : "access:step.wrongKey"));
      else setFailure(error instanceof Problem && error.status === 404 ? t("gone.used") : t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <>
      <h1 className={classes.title}>{t(`greeting.${kind}.title`, { name })}</h1>
      <p className={classes.text}>{t(`greeting.${kind}.text`, { account })}</p>
      {asked ? (
        <ProofForm asked={asked} busy={busy} failure={failure} onProof={enter} onAgain={again} />
      ) : (
        <>
          {failure && (
            <p className={classes.failure} role="alert">
              {failure}
            </p>
          )}
          <Button size="md" loading={busy} onClick={() => void enter()}>
            {t(`greeting.${kind}.button`)}
          </Button>
        </>
      )}
    </>
  );
}
