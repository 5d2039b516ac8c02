/** Sets up an authenticator app: its secret as a QR code (or to type, or to open on the phone one holds), then one code as proof. */
import { Button, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";
import { ErrorState } from "@/ui/error-state";
import form from "@/ui/form/form.module.css";
import { qrSource } from "@/ui/qr";
import { Skeleton } from "@/ui/skeleton";

import classes from "./access.module.css";
import { beginOtp, confirmOtp } from "./factors";

interface Props {
  account: string;
  user: string;
  /** `codes`: the recovery codes that came with the first factor. */
  onDone: (codes: string[] | null) => void;
}

export function EnrolOtp({ account, user, onDone }: Props) {
  const { t } = useTranslation(["access", "ui"]);
  const phone = useMediaQuery("(pointer: coarse) and (max-width: 900px)") ?? false;
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  // Each visit begins anew: the secret is nowhere kept in the browser.
  const begun = useQuery({ queryKey: ["begin-otp", account, user], queryFn: () => beginOtp(account, user, t("otp.name")), gcTime: 0, staleTime: Infinity, retry: false, refetchOnWindowFocus: false });
  if (begun.error) return <ErrorState error={begun.error} onRetry={() => void begun.refetch()} />;
  if (!begun.data) return <Skeleton width={200} />;
  const { id, qr, secret, address } = begun.data;
  const confirm = async () => {
    if (!/^\s*\d{3}\s?\d{3}\s*$/.test(code)) {
      setWrong(t(code.trim() ? "otp.wrong" : "ui:required"));
      return;
    }
    setBusy(true);
    setWrong(null);
    try {
      onDone(await confirmOtp(account, user, id, code));
    } catch (error) {
      setWrong(error instanceof Problem && error.fields.code ? t("otp.wrong") : t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  return (
    <form
      className={form.form}
      aria-label={t("otp.title")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      {phone ? (
        <Button component="a" href={address} variant="default" fullWidth>
          {t("otp.open")}
        </Button>
      ) : (
        <>
          <p className={form.help}>{t("otp.scan")}</p>
          <img className={classes.qr} src={qrSource(qr)} alt={t("otp.qr")} width={200} height={200} />
        </>
      )}
      <p className={form.help}>
        {t("otp.type")}
        <br />
        <code className={classes.secret}>{secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
      </p>
      <TextInput
        label={t("otp.code")}
        description={t("otp.codeHelp")}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={8}
        value={code}
        onChange={(event) => {
          setCode(event.currentTarget.value);
          setWrong(null);
        }}
        error={wrong}
      />
      <Button type="submit" loading={busy} fullWidth>
        {t("otp.confirm")}
      </Button>
    </form>
  );
}
