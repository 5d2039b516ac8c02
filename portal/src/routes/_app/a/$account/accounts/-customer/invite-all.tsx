/** Invites everybody of an account who has not accepted an invitation yet, by e-mail or text message; says who was passed over and why. */
import { Button, SegmentedControl } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, urls } from "@/api";
import office from "@/office/office.module.css";
import form from "@/ui/form/form.module.css";
import { Dialog } from "@/ui/side-panel";

interface Result {
  invited: number;
  skipped: { user_id: string; name: string; reason: string }[];
}

interface Props {
  account: string;
  name: string;
  opened: boolean;
  onClose: () => void;
}

export function InviteAll({ account, name, opened, onClose }: Props) {
  const { t } = useTranslation(["customer", "ui"]);
  const client = useQueryClient();
  const [channel, setChannel] = useState<"email" | "sms">("email");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      setResult((await call<Result>("PUT", urls.getCreateInvitationsUrl(account), { body: { users: "all", channel } })).data);
      await client.invalidateQueries({ queryKey: ["account", account, "invitations"] });
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  const close = () => {
    setResult(null);
    setFailure(null);
    onClose();
  };
  return (
    <Dialog opened={opened} onClose={close} title={t("invite.allTitle", { name })}>
      <div className={form.form}>
        {!result && (
          <>
            <p>{t("invite.allText")}</p>
            <SegmentedControl
              aria-label={t("invite.by")}
              value={channel}
              onChange={(value) => setChannel(value as "email" | "sms")}
              data={[
                { value: "email", label: t("invite.email") },
                { value: "sms", label: t("invite.sms") },
              ]}
            />
          </>
        )}
        {result && (
          <div aria-live="polite">
            <p>{t("invite.invited", { count: result.invited })}</p>
            {result.skipped.length > 0 && (
              <div className={office.failed}>
                <p>{t("invite.skipped", { count: result.skipped.length })}</p>
                <ul>
                  {result.skipped.map((one) => (
                    <li key={one.user_id}>
                      {one.name}: {one.reason}
                    </li>
                  ))}
                </ul>
              </div>
            )}
          </div>
        )}
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button variant="default" onClick={close}>
            {t(result ? "ui:close" : "ui:cancel")}
          </Button>
          {!result && (
            <Button loading={busy} onClick={() => void go()}>
              {t("invite.all")}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
