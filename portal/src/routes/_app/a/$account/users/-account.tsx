/** A user's account: name, sign-in, role, time zone, directory; new password and PIN; removal. */
import { Button, Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, patchDoc, urls, type UserDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { LookOnly, Only, useFields, useMay } from "@/ui/may";

import { BulkDelete } from "./-bulk-delete";
import { setInDirectory } from "./-change-user";
import classes from "./-panel.module.css";
import type { Person } from "./-rows";
import { portalPassword, voicemailPin } from "./-secret";
import type { Secret } from "./-secret-dialog";

interface Props {
  account: string;
  person: Person;
  user: UserDoc;
  onGone: () => void;
  onSecret: (secret: Secret) => void;
}

interface AccountForm {
  user: UserDoc;
  listed: boolean;
}

const ADMIN_TYPES = ["total", "read-only", "user-activation", "call-centre"] as const;

export function AccountInfo({ account, person, user, onGone, onSecret }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const draft = useDraft<AccountForm>({ user, listed: Object.keys(user.directories ?? {}).length > 0 });
  const zones = Intl.supportedValuesOf("timeZone");
  const now = draft.value.user;
  // A role may be to switch people on and off, and nothing else.
  const only = useFields("users");

  const apply = async (from: AccountForm, to: AccountForm) => {
    const body = mergePatch(from.user, to.user);
    const name = `${to.user.first_name} ${to.user.last_name}`.trim();
    if ("first_name" in body || "last_name" in body) body.caller_id = { internal: { name } };
    if (Object.keys(body).length) await patchDoc(account, "users", user.id, body);
    if (from.listed !== to.listed && person.flow) await setInDirectory(account, user, person.flow.id, to.listed);
  };
  return (
    <div className={classes.stack}>
      <Form label={t("tab.account")}>
        <LookOnly may={!only} quiet>
        <Pair>
          <TextInput label={t("firstName")} autoComplete="off" {...draft.field("user.first_name")} />
          <TextInput label={t("lastName")} autoComplete="off" {...draft.field("user.last_name")} />
        </Pair>
        <Pair>
          <TextInput label={t("email")} type="email" autoComplete="off" {...draft.field("user.email")} />
          <Select label={t("accountInfo.timezone")} placeholder={t("accountInfo.account")} clearable searchable limit={60} data={zones} {...draft.field("user.timezone")} value={now.timezone ?? null} />
        </Pair>
        <Pair>
          <Select label={t("column.role")} allowDeselect={false} data={(["user", "admin"] as const).map((value) => ({ value, label: t(`role.${value}`) }))} {...draft.field("user.priv_level")} value={now.priv_level ?? "user"} />
          {now.priv_level === "admin" ? (
            <Select label={t("accountInfo.adminType")} allowDeselect={false} data={ADMIN_TYPES.map((value) => ({ value, label: t(`accountInfo.adminTypes.${value}`) }))} {...draft.field("user.admin_type")} value={now.admin_type ?? "total"} />
          ) : (
            <Select label={t("accountInfo.language")} placeholder={t("accountInfo.account")} clearable data={[{ value: "en-us", label: "English" }, { value: "fr-ca", label: "Français" }]} {...draft.field("user.language")} value={now.language ?? null} />
          )}
        </Pair>
        <Setting label={t("accountInfo.directory")} help={t("accountInfo.directoryHelp")} disabled={!person.flow} {...draft.toggle("listed")} />
        </LookOnly>
        <Setting label={t("accountInfo.enabled")} help={t("accountInfo.enabledHelp")} {...draft.toggle("user.enabled", true)} />
        <SaveBar
          account={account}
          draft={draft}
          labels={{
            "user.first_name": t("firstName"),
            "user.last_name": t("lastName"),
            "user.email": t("email"),
            "user.timezone": t("accountInfo.timezone"),
            "user.priv_level": t("column.role"),
            "user.admin_type": t("accountInfo.adminType"),
            "user.language": t("accountInfo.language"),
            listed: t("accountInfo.directory"),
            "user.enabled": t("accountInfo.enabled"),
          }}
          validate={(value) => {
            const wrong: Record<string, string> = {};
            if (!value.user.first_name.trim()) wrong["user.first_name"] = t("required");
            if (!value.user.last_name.trim()) wrong["user.last_name"] = t("required");
            if (value.user.email && !/^\S+@\S+\.\S+$/.test(value.user.email.trim())) wrong["user.email"] = t("emailWrong");
            return wrong;
          }}
          apply={apply}
          effect={t("edit.saved")}
        />
      </Form>
      <Secrets account={account} person={person} user={user} onSecret={onSecret} />
      <Only may="users.delete">
        <Section title={t("edit.remove")} help={t("edit.removeHelp")} action={<BulkDelete account={account} people={[person]} onDone={onGone} />} />
      </Only>
    </div>
  );
}

/** New secrets, each made here and shown once. */
function Secrets({ account, person, user, onSecret }: Omit<Props, "onGone">) {
  const { t } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const may = useMay();
  const all = useFields("users") === undefined && may("users.update");
  const [busy, setBusy] = useState<"password" | "pin" | "invite" | null>(null);
  const act = async (what: "password" | "pin", make: () => Promise<Secret>) => {
    setBusy(what);
    try {
      const secret = await make();
      await client.invalidateQueries({ queryKey: ["account", account] });
      onSecret(secret);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
    }
  };
  const password = () =>
    act("password", async () => {
      const fresh = portalPassword();
      await patchDoc(account, "users", user.id, { password: fresh, require_password_update: true });
      return { kind: "user", lines: [["portalUser", user.username ?? ""], ["portalPassword", fresh]] };
    });
  const pin = () =>
    act("pin", async () => {
      const fresh = voicemailPin();
      if (person.box) await patchDoc(account, "vmboxes", person.box.id, { pin: fresh, require_pin: true });
      return { kind: "user", lines: [["extension", person.box?.mailbox ?? ""], ["pin", fresh]] };
    });
  const invite = async () => {
    setBusy("invite");
    try {
      await call("PUT", urls.getInviteUserUrl(account, user.id), { body: { channel: "email" } });
      tellDone(t("secret.invited", { email: user.email ?? "" }));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <>
      {user.username && may("users.invite") && (
        <Section
          title={t("accountInfo.invite")}
          help={t(user.email ? "accountInfo.inviteHelp" : "accountInfo.inviteNoMail")}
          action={
            <Button variant="default" disabled={!user.email} loading={busy === "invite"} onClick={() => void invite()}>
              {t("accountInfo.invite")}
            </Button>
          }
        />
      )}
      {user.username && all && (
        <Section
          title={t("accountInfo.resetPassword")}
          help={t("accountInfo.resetPasswordHelp")}
          action={
            <Button variant="default" loading={busy === "password"} onClick={() => void password()}>
              {t("accountInfo.resetPassword")}
            </Button>
          }
         />
      )}
      {person.box && may("vmboxes.update") && (
        <Section
          title={t("accountInfo.resetPin")}
          help={t("accountInfo.resetPinHelp")}
          action={
            <Button variant="default" loading={busy === "pin"} onClick={() => void pin()}>
              {t("accountInfo.resetPin")}
            </Button>
          }
         />
      )}
    </>
  );
}
