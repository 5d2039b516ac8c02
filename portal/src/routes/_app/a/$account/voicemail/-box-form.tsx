/** A voicemail box: number, PIN, who is told, how it speaks; and its greeting. */
import { Button, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, type Identified, patchDoc, Problem, removeDoc, usersQuery } from "@/api";
import { Greeting } from "@/pbx/greeting";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { userName } from "@/ui/frame/palette-entries";
import { Removal } from "@/ui/may";

export interface BoxDoc extends Identified {
  name: string;
  mailbox: string;
  owner_id?: string;
  timezone?: string;
  pin?: string;
  require_pin?: boolean;
  media_extension?: string;
  notify_email_addresses?: string[];
  include_message_on_notify?: boolean;
  delete_after_notify?: boolean;
  save_after_notify?: boolean;
  skip_greeting?: boolean;
  skip_instructions?: boolean;
  skip_envelope?: boolean;
  oldest_message_first?: boolean;
  announcement_only?: boolean;
  operator_number?: string;
  is_setup?: boolean;
  media?: { unavailable?: string };
}

interface Props {
  account: string;
  box: BoxDoc;
  part: "settings" | "greeting";
  onGone: () => void;
}

export function BoxForm({ account, box, part, onGone }: Props) {
  const { t } = useTranslation(["voicemail", "ui"]);
  const users = useQuery(usersQuery(account)).data ?? [];
  const draft = useDraft<BoxDoc>(box);
  const saving = (
    <SaveBar
      account={account}
      draft={draft}
      labels={{
        name: t("name"), mailbox: t("mailbox"), owner_id: t("owner"), timezone: t("timezone"), pin: t("pin"), require_pin: t("requirePin"), media_extension: t("format"), notify_email_addresses: t("recipients"),
        include_message_on_notify: t("attach"), delete_after_notify: t("deleteAfter"), save_after_notify: t("saveAfter"), skip_greeting: t("skipGreeting"), skip_instructions: t("skipInstructions"),
        skip_envelope: t("skipEnvelope"), oldest_message_first: t("oldestFirst"), announcement_only: t("announcement"), operator_number: t("operator"), media: t("tab.greeting"),
      }}
      validate={(value) => {
        const wrong: Record<string, string> = {};
        if (!value.name.trim()) wrong.name = t("ui:required");
        if (!/^\d{1,30}$/.test(value.mailbox)) wrong.mailbox = t("mailboxWrong");
        if (value.pin && !/^\d{4,6}$/.test(value.pin)) wrong.pin = t("pinWrong");
        if (value.notify_email_addresses?.some((mail) => !/^\S+@\S+\.\S+$/.test(mail))) wrong.notify_email_addresses = t("recipientWrong");
        return wrong;
      }}
      apply={async (from, to) => {
        await patchDoc(account, "vmboxes", box.id, mergePatch(from, to));
      }}
      undoable={draft.value.pin === draft.base.pin}
      effect={t("saved")}
    />
  );
  if (part === "greeting")
    return (
      <Form label={t("tab.greeting")}>
        <p className={classes.help}>{t("greetingHelp")}</p>
        <Greeting account={account} value={draft.value.media?.unavailable} onChange={(media) => draft.set("media.unavailable", media)} fallback={t("greetingDefault")} name={box.name} recording={t("recordHow", { mailbox: box.mailbox })} />
        <Setting label={t("announcement")} help={t("announcementHelp")} {...draft.toggle("announcement_only")} />
        {saving}
      </Form>
    );
  return (
    <Form label={t("tab.settings")}>
      <Pair>
        <TextInput label={t("name")} {...draft.field("name")} />
        <TextInput label={t("mailbox")} inputMode="numeric" {...draft.field("mailbox")} />
      </Pair>
      <Pair>
        <Select label={t("owner")} placeholder={t("shared")} clearable searchable data={users.map((user) => ({ value: user.id, label: userName(user) }))} {...draft.field("owner_id")} value={draft.value.owner_id ?? null} />
        <Select label={t("timezone")} placeholder={t("timezoneDefault")} clearable searchable limit={60} data={Intl.supportedValuesOf("timeZone")} {...draft.field("timezone")} value={draft.value.timezone ?? null} />
      </Pair>
      <Pair>
        <TextInput label={t("newPin")} description={t("pinHelp")} inputMode="numeric" autoComplete="off" {...draft.field("pin")} />
        <Select label={t("format")} description={t("formatHelp")} allowDeselect={false} data={["mp3", "wav"]} {...draft.field("media_extension")} value={draft.value.media_extension ?? "mp3"} />
      </Pair>
      <Setting label={t("requirePin")} help={t("requirePinHelp")} {...draft.toggle("require_pin")} />
      <Section title={t("told")} help={t("toldHelp")}>
        <TagsInput label={t("recipients")} description={t("recipientsHelp")} placeholder="anna@example.com" splitChars={[",", " ", ";"]} acceptValueOnBlur value={draft.value.notify_email_addresses ?? []} onChange={(value) => draft.set("notify_email_addresses", value)} error={draft.errors.notify_email_addresses} />
        <Setting label={t("attach")} {...draft.toggle("include_message_on_notify", true)} />
        <Setting label={t("deleteAfter")} help={t("deleteAfterHelp")} {...draft.toggle("delete_after_notify")} />
        <Setting label={t("saveAfter")} help={t("saveAfterHelp")} disabled={draft.value.delete_after_notify === true} {...draft.toggle("save_after_notify")} />
      </Section>
      <Section title={t("voice")}>
        <Setting label={t("skipGreeting")} {...draft.toggle("skip_greeting")} />
        <Setting label={t("skipInstructions")} {...draft.toggle("skip_instructions")} />
        <Setting label={t("skipEnvelope")} {...draft.toggle("skip_envelope")} />
        <Setting label={t("oldestFirst")} {...draft.toggle("oldest_message_first")} />
        <TextInput label={t("operator")} description={t("operatorHelp")} inputMode="tel" {...draft.field("operator_number")} />
      </Section>
      <Removal>
        <Section
          title={t("remove")}
          help={t("removeHelp")}
          action={
            <DeleteButton account={account} title={t("removeTitle", { name: box.name })} run={() => removeDoc(account, "vmboxes", box.id)} done={t("removed", { name: box.name })} onGone={onGone}>
              {t("removeHelp")}
            </DeleteButton>
          }
        />
      </Removal>
      {saving}
    </Form>
  );
}

export function NewBox({ account, onDone }: { account: string; onDone: (id: string) => void }) {
  const { t } = useTranslation(["voicemail", "ui"]);
  const client = useQueryClient();
  const draft = useDraft({ name: "", mailbox: "", pin: "" });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const create = async () => {
    const { name, mailbox, pin } = draft.value;
    const wrong: Record<string, string> = {};
    if (!name.trim()) wrong.name = t("ui:required");
    if (!/^\d{1,30}$/.test(mailbox)) wrong.mailbox = t("mailboxWrong");
    if (pin && !/^\d{4,6}$/.test(pin)) wrong.pin = t("pinWrong");
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      const made = await createDoc(account, "vmboxes", { name: name.trim(), mailbox, ...(pin ? { pin, require_pin: true } : {}) });
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "vmboxes"] });
      tellDone(t("created", { name }));
      onDone(made.id);
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(error.fields);
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={t("new")}>
      <p className={classes.help}>{t("newHelp")}</p>
      {failure && (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
      <TextInput label={t("name")} data-autofocus {...draft.field("name")} />
      <Pair>
        <TextInput label={t("mailbox")} inputMode="numeric" {...draft.field("mailbox")} />
        <TextInput label={t("pin")} description={t("pinHelp")} inputMode="numeric" autoComplete="off" {...draft.field("pin")} />
      </Pair>
      <div className={classes.buttons}>
        <Button loading={busy} onClick={() => void create()}>
          {t("create")}
        </Button>
      </div>
    </Form>
  );
}
