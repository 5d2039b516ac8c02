/** Invitations of an account's people: how far each has come, in words. */
import { queryOptions } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { StateDot, type Tone } from "@/ui/state-dot";

export interface Invitation {
  id: string;
  user_id: string;
  name: string;
  kind: string;
  channel: "email" | "sms";
  to: string;
  state: "queued" | "sent" | "opened" | "accepted" | "expired" | "revoked" | "failed";
  problem: string | null;
}

/** The newest thousand, newest first. */
export const invitationsQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "invitations"],
    queryFn: async ({ signal }) => (await call<Invitation[]>("GET", urls.getListInvitationsUrl(account), { query: { page_size: 1000 }, signal })).data,
  });

const TONES: Record<Invitation["state"], Tone> = { queued: "off", sent: "good", opened: "good", accepted: "good", expired: "warn", revoked: "off", failed: "bad" };

export function InvitationState({ invitation }: { invitation: Invitation | undefined }) {
  const { t } = useTranslation("office");
  if (!invitation) return <StateDot tone="off">{t("invitation.none")}</StateDot>;
  return (
    <span title={invitation.problem ?? undefined}>
      <StateDot tone={TONES[invitation.state]}>{t(`invitation.${invitation.state}`)}</StateDot>
    </span>
  );
}
