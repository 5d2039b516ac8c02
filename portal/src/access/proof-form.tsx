/** The second step of signing in: a passkey by one press, or a code of the authenticator, or a recovery code. */
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import form from "@/ui/form/form.module.css";

import { askPasskey, type FactorRequest, passkeyFailure, type Proof } from "./factors";

interface Props {
  asked: FactorRequest;
  busy: boolean;
  /** Why the last proof was not taken. */
  failure: string | null;
  onProof: (proof: Proof) => Promise<void>;
  /** A new challenge: each is good for one answer. Null when there is none to be had. */
  onAgain: () => Promise<FactorRequest | null>;
}

export function ProofForm({ asked, busy, failure, onProof, onAgain }: Props) {
  const { t } = useTranslation(["access", "ui"]);
  const [code, setCode] = useState("");
  const [stopped, setStopped] = useState<string | null>(null);
  const [used, setUsed] = useState(false);
  const [empty, setEmpty] = useState(false);
  const passkey = async () => {
    setStopped(null);
    try {
      const challenge = used ? (await onAgain())?.passkey : asked.passkey;
      setUsed(true);
      if (challenge) await onProof(await askPasskey(challenge));
    } catch (error) {
      const why = passkeyFailure(error);
      if (!why) throw error;
      setStopped(t(`passkey.${why}`));
    }
  };
  const said = stopped ?? failure;
  return (
    <form
      className={form.form}
      aria-label={t("step.title")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setStopped(null);
        setEmpty(code.trim() === "");
        if (code.trim()) void onProof(code.trim());
      }}
    >
      {said && (
        <p className={form.failure} role="alert">
          {said}
        </p>
      )}
      {asked.passkey && (
        <Button fullWidth loading={busy} onClick={() => void passkey()} data-autofocus>
          {t("step.passkey")}
        </Button>
      )}
      <TextInput
        label={t("step.code")}
        description={t(asked.options.includes("otp") ? "step.codeHelp" : "step.recoveryOnly")}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!asked.passkey}
        value={code}
        onChange={(event) => {
          setCode(event.currentTarget.value);
          setEmpty(false);
        }}
        error={empty ? t("ui:required") : undefined}
      />
      <Button type="submit" fullWidth loading={busy} variant={asked.passkey ? "default" : "filled"}>
        {t("step.go")}
      </Button>
    </form>
  );
}
