/** The side panel of the users list: a new user, or one that is there with its features, numbers, devices and account. */
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, userQuery } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { useMay } from "@/ui/may";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import { AccountInfo } from "./-account";
import { CreateForm } from "./-create-form";
import { Devices } from "./-devices";
import { type Feature, type Tab, TABS } from "./-features/names";
import { Features } from "./-features/tiles";
import { Numbers } from "./-numbers";
import classes from "./-panel.module.css";
import type { Person } from "./-rows";
import { type Secret, SecretDialog, secretsOf } from "./-secret-dialog";

interface Props {
  account: string;
  user: string | undefined;
  tab: Tab;
  feature: Feature | undefined;
  person: Person | undefined;
  onShow: (what: { user?: string; tab?: Tab; feature?: Feature }) => void;
  onClose: () => void;
}

export function UserPanel({ account, user, tab, feature, person, onShow, onClose }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const [secret, setSecret] = useState<Secret | null>(null);
  const realm = useQuery(accountQuery(account)).data?.realm ?? "";
  return (
    <>
      <SidePanel opened={user !== undefined} onClose={onClose} size={user === "new" ? 480 : 680} title={user === "new" ? t("new.title") : [person?.name, person?.extension].filter(Boolean).join(" · ") || " "}>
        {user === "new" && (
          <CreateForm
            account={account}
            onCreated={(created) => {
              onShow({ user: created.userId });
              setSecret(secretsOf(created, realm));
            }}
          />
        )}
        {user !== undefined && user !== "new" && (
          <Existing key={user} account={account} user={user} tab={tab} feature={feature} person={person} onShow={onShow} onGone={onClose} onSecret={(made) => setSecret(made.device ? { ...made, device: { ...made.device, realm } } : made)} />
        )}
      </SidePanel>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

interface ExistingProps extends Omit<Props, "onClose" | "user"> {
  user: string;
  onGone: () => void;
  onSecret: (secret: Secret) => void;
}

function Existing({ account, user, tab, feature, person, onShow, onGone, onSecret }: ExistingProps) {
  const { t } = useTranslation(["users", "ui"]);
  const query = useQuery(userQuery(account, user));
  const may = useMay();
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data || !person) return <Skeleton width={200} />;
  const shared = { account, person, user: query.data };
  // Features and numbers are made of routes; who may not see these sees the person.
  const tabs = TABS.filter((one) => one === "account" || may(one === "devices" ? "devices.read" : "callflows.read"));
  return (
    <Tabs value={tabs.includes(tab) ? tab : tabs[0]} onChange={(next) => onShow({ user, tab: TABS.find((one) => one === next) })} keepMounted={false}>
      <Tabs.List className={classes.tabs}>
        {tabs.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`tab.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="features">
        <Features {...shared} feature={feature} onFeature={(next) => onShow({ user, tab: "features", feature: next })} />
      </Tabs.Panel>
      <Tabs.Panel value="numbers">
        <Numbers {...shared} />
      </Tabs.Panel>
      <Tabs.Panel value="devices">
        <Devices account={account} person={person} onSecret={(device) => onSecret({ kind: "device", lines: [], device: { ...device, realm: "" } })} />
      </Tabs.Panel>
      <Tabs.Panel value="account">
        <AccountInfo {...shared} onGone={onGone} onSecret={onSecret} />
      </Tabs.Panel>
    </Tabs>
  );
}
