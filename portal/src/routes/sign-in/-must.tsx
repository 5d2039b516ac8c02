/** What has to be done before anything else: a second step that the organisation wants of everybody, a password of one's own. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ChangePassword } from "@/access/change-password";
import { EnrolOtp } from "@/access/enrol-otp";
import { EnrolPasskey } from "@/access/enrol-passkey";
import { passkeysHere } from "@/access/factors";
import { RecoveryCodes } from "@/access/recovery-codes";
import { signOut, useSession, type Want, wantsNoMore } from "@/api";
import { tellFailure } from "@/ui/failed";

import classes from "./-sign-in.module.css";

interface Props {
  /** The password that was typed a moment ago. */
  known: string | undefined;
  onDone: () => void;
}

export function Must({ known, onDone }: Props) {
  const { t } = useTranslation(["access", "ui"]);
  const session = useSession();
  const [way, setWay] = useState<"otp" | "passkey" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (!session?.wants?.length) return null;
  const { accountId: account, userId: user, userName, wants } = session;
  const want = wants[0] as Want;
  const done = () => {
    wantsNoMore(want);
    if (wants.length === 1) onDone();
  };
  const enrolled = (made: string[] | null) => (made?.length ? setCodes(made) : done());
  const leave = (
    <button type="button" className={classes.link} onClick={() => void signOut().catch(tellFailure)}>
      {t("must.leave")}
    </button>
  );
  if (codes)
    return (
      <>
        <h1 className={classes.title}>{t("codes.title")}</h1>
        <RecoveryCodes
          codes={codes}
          onKept={() => {
            setCodes(null);
            done();
          }}
        />
      </>
    );
  return (
    <>
      <h1 className={classes.title}>{t(`must.${want}`)}</h1>
      <p className={classes.note}>{t(`must.${want}Text`)}</p>
      {want === "password" && <ChangePassword account={account} user={user} userName={userName} known={known} byLink={session.byLink} onDone={done} />}
      {want === "factor" && way === null && (
        <>
          <Button fullWidth onClick={() => setWay("otp")}>
            {t("otp.add")}
          </Button>
          {passkeysHere() === "yes" && (
            <Button fullWidth variant="default" onClick={() => setWay("passkey")}>
              {t("passkey.add")}
            </Button>
          )}
        </>
      )}
      {want === "factor" && way === "otp" && <EnrolOtp account={account} user={user} onDone={enrolled} />}
      {want === "factor" && way === "passkey" && <EnrolPasskey account={account} user={user} onDone={enrolled} />}
      {leave}
    </>
  );
}
