/** A conference room: its number, PINs, how guests enter. */
import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, type Identified, patchDoc, Problem, removeDoc, usersQuery } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { userName } from "@/ui/frame/palette-entries";
import { Removal } from "@/ui/may";

export interface Room extends Identified {
  name: string;
  owner_id?: string;
  play_name?: boolean;
  play_entry_tone?: boolean;
  play_exit_tone?: boolean;
  max_participants?: number;
  wait_for_moderator?: boolean;
  member?: { numbers?: string[]; pins?: string[]; join_muted?: boolean };
  moderator?: { numbers?: string[]; pins?: string[] };
}

interface RoomFields {
  name: string;
  number: string;
  pin: string;
  moderatorPin: string;
  room: Room;
}

const list = (text: string) => (text.trim() ? [text.trim()] : []);

/** The document of the form; other numbers and PINs that another client wrote are kept behind the first. */
function documentOf({ name, number, pin, moderatorPin, room }: RoomFields): Room {
  return {
    ...room,
    name: name.trim(),
    member: { ...room.member, numbers: [...list(number), ...(room.member?.numbers?.slice(1) ?? [])], pins: [...list(pin), ...(room.member?.pins?.slice(1) ?? [])] },
    moderator: { ...room.moderator, pins: [...list(moderatorPin), ...(room.moderator?.pins?.slice(1) ?? [])] },
  };
}

interface Props {
  account: string;
  room: Room;
  onDone: (id: string) => void;
  onGone: () => void;
}

export function RoomForm({ account, room, onDone, onGone }: Props) {
  const { t } = useTranslation(["conferences", "ui"]);
  const client = useQueryClient();
  const users = useQuery(usersQuery(account)).data ?? [];
  const [busy, setBusy] = useState(false);
  const draft = useDraft<RoomFields>({ name: room.name, number: room.member?.numbers?.[0] ?? "", pin: room.member?.pins?.[0] ?? "", moderatorPin: room.moderator?.pins?.[0] ?? "", room });

  const validate = (value: RoomFields) => {
    const wrong: Record<string, string> = {};
    if (!value.name.trim()) wrong.name = t("ui:required");
    if (!/^\d{2,15}$/.test(value.number)) wrong.number = t("numberWrong");
    for (const field of ["pin", "moderatorPin"] as const) if (value[field] && !/^\d{3,15}$/.test(value[field])) wrong[field] = t("pinWrong");
    return wrong;
  };
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      const { id: _none, ...body } = documentOf(draft.value);
      const made = await createDoc(account, "conferences", body);
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "conferences"] });
      tellDone(t("created", { name: body.name }));
      onDone(made.id);
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(error.fields);
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={room.name || t("new")}>
      <TextInput label={t("name")} data-autofocus={room.id ? undefined : true} {...draft.field("name")} />
      <Pair>
        <TextInput label={t("number")} description={t("numberHelp")} inputMode="numeric" {...draft.field("number")} />
        <Select label={t("owner")} description={t("ownerHelp")} placeholder={t("shared")} clearable searchable data={users.map((user) => ({ value: user.id, label: userName(user) }))} {...draft.field("room.owner_id")} value={draft.value.room.owner_id ?? null} />
      </Pair>
      <Pair>
        <TextInput label={t("pin")} inputMode="numeric" autoComplete="off" {...draft.field("pin")} />
        <TextInput label={t("moderatorPin")} inputMode="numeric" autoComplete="off" {...draft.field("moderatorPin")} />
      </Pair>
      <NumberInput label={t("most")} description={t("mostHelp")} min={0} max={1000} value={draft.value.room.max_participants ?? ""} onChange={(value) => draft.set("room.max_participants", value === "" ? undefined : Number(value))} />
      <Section title={t("entering")}>
        <Setting label={t("muted")} {...draft.toggle("room.member.join_muted")} />
        <Setting label={t("wait")} help={t("waitHelp")} {...draft.toggle("room.wait_for_moderator")} />
        <Setting label={t("playName")} {...draft.toggle("room.play_name")} />
        <Setting label={t("entryTone")} {...draft.toggle("room.play_entry_tone", true)} />
        <Setting label={t("exitTone")} {...draft.toggle("room.play_exit_tone", true)} />
      </Section>
      {room.id ? (
        <>
          <Removal>
            <Section title={t("remove")} help={t("removeHelp")} action={<DeleteButton account={account} title={t("removeTitle", { name: room.name })} run={() => removeDoc(account, "conferences", room.id)} done={t("removed", { name: room.name })} onGone={onGone}>{t("removeHelp")}</DeleteButton>} />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("name"), number: t("number"), pin: t("pin"), moderatorPin: t("moderatorPin"), room: t("entering") }}
            validate={validate}
            apply={async (from, to) => {
              await patchDoc(account, "conferences", room.id, mergePatch(documentOf(from), documentOf(to)));
            }}
            effect={t("saved")}
          />
        </>
      ) : (
        <div className={classes.buttons}>
          <Button loading={busy} onClick={() => void create()}>
            {t("create")}
          </Button>
        </div>
      )}
    </Form>
  );
}
