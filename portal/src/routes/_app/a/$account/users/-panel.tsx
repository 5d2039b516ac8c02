/** The side panel of the users list: a new user, or one that is there. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, userQuery } from "@/api";
import { SidePanel } from "@/ui/side-panel";
import { ErrorState } from "@/ui/error-state";
import { Skeleton } from "@/ui/skeleton";

import { CreateForm } from "./-create-form";
import { EditForm } from "./-edit-form";
import type { Person } from "./-rows";
import { type Secret, SecretDialog } from "./-secret-dialog";

interface Props {
  account: string;
  user: string | undefined;
  person: Person | undefined;
  onOpen: (user: string) => void;
  onClose: () => void;
}

export function UserPanel({ account, user, person, onOpen, onClose }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const [secret, setSecret] = useState<Secret | null>(null);
  const realm = useQuery(accountQuery(account)).data?.realm ?? "";
  return (
    <>
      <SidePanel
        opened={user !== undefined}
        onClose={onClose}
       
        size={480}
        title={user === "new" ? t("new.title") : (person?.name ?? " ")}
      >
        {user === "new" && (
          <CreateForm
            account={account}
            onCreated={(created) => {
              onOpen(created.userId);
              setSecret({
                kind: "user",
                lines: [
                  ["extension", created.extension],
                  ["pin", created.pin],
                  ["portalUser", created.userName],
                  ["portalPassword", created.password],
                ],
                device: created.device && { ...created.device, realm },
              });
            }}
          />
        )}
        {user !== undefined && user !== "new" && (
          <Existing key={user} account={account} user={user} person={person} onGone={onClose} onSecret={(device) => setSecret({ kind: "device", lines: [], device: { ...device, realm } })} />
        )}
      </SidePanel>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

interface ExistingProps {
  account: string;
  user: string;
  person: Person | undefined;
  onGone: () => void;
  onSecret: (device: { name: string; username: string; password: string }) => void;
}

function Existing({ account, user, person, onGone, onSecret }: ExistingProps) {
  const query = useQuery(userQuery(account, user));
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data || !person) return <Skeleton width={200} />;
  return <EditForm account={account} user={query.data} person={person} onGone={onGone} onSecret={onSecret} />;
}
