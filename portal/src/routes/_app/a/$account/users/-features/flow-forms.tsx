/** The forms behind the feature tiles that change other documents than the user's: find me, voicemail, conference room. */
import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, patchDoc, readDoc } from "@/api";
import { findMeOf } from "@/pbx/find-me";
import { type Callflow, mapAlong, node, targetOf, withData } from "@/pbx/nodes";
import { Timeline, type TimelineRow } from "@/pbx/timeline";
import { oneByOne } from "@/pbx/timeline-math";
import { useTargets } from "@/pbx/use-targets";
import { tellFailure } from "@/ui/failed";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { LinkButton } from "@/ui/link-button";

import { type Box, changeFlow, type FeatureContext, isOn, patchUser, type Room, setFindMe, setRoom, voicemailNode } from "./context";
import classes from "./features.module.css";

interface FindMe {
  on: boolean;
  rows: TimelineRow[];
}

export function FindMeForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { account, flow, devices, user } = context;
  const targets = useTargets(account);
  const found = findMeOf(flow?.flow);
  const spans = oneByOne(devices.length);
  const rows = devices.map((device, index): TimelineRow => {
    const times = found?.find(({ id }) => id === device.id);
    return { id: device.id, name: device.name, detail: t(`deviceType.${(device.device_type ?? "sip_device") as "sip_device"}`), on: found ? Boolean(times) : true, delay: times?.delay ?? spans[index]?.delay ?? 0, timeout: times?.timeout ?? spans[index]?.timeout ?? 20 };
  });
  const draft = useDraft<FindMe>({ on: found !== undefined, rows });
  const { on } = draft.value;
  if (!flow) return <p className={classes.help}>{t("feature.noFlow")}</p>;
  const after = flow.flow.children._;
  return (
    <Form label={t("feature.findMe.name")}>
      <Setting label={t("feature.findMe.on")} help={t("feature.findMe.onHelp")} {...draft.toggle("on")} />
      {on && user.hotdesk?.enabled && <p className={classes.warn}>{t("feature.findMe.hotdesk")}</p>}
      {on && devices.length > 0 && <Timeline rows={draft.value.rows} onChange={(next) => draft.set("rows", next)} then={after ? targets.nameOf(targetOf(after)) : t("feature.findMe.hangUp")} />}
      {devices.length === 0 && <p className={classes.help}>{t("feature.findMe.noDevice")}</p>}
      <AddCell context={context} />
      <SaveBar
        account={account}
        draft={draft}
        labels={{ on: t("feature.findMe.name"), rows: t("feature.findMe.timeline") }}
        apply={(_from, to) => setFindMe(context, to.on ? to.rows.filter((row) => row.on).map(({ id, delay, timeout }) => ({ id, delay, timeout })) : undefined)}
        effect={t("feature.saved")}
      />
    </Form>
  );
}

/** A cell phone is a device that forwards: so it can be on the timeline like the others. */
function AddCell({ context }: { context: FeatureContext }) {
  const { t } = useTranslation(["users", "ui"]);
  const { account, user, person } = context;
  const client = useQueryClient();
  const [number, setNumber] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const add = async () => {
    if (!/^\+?[\d\s()-]{7,}$/.test(number ?? "")) {
      setWrong(t("feature.forward.numberWrong"));
      return;
    }
    setBusy(true);
    try {
      const call_forward = { enabled: true, number: (number ?? "").replaceAll(/[\s()-]/g, ""), require_keypress: true, keep_caller_id: true, substitute: true };
      await createDoc(account, "devices", { name: t("feature.findMe.cellName", { name: person.name.split(" ")[0] }), owner_id: user.id, device_type: "cellphone", enabled: true, call_forward });
      setNumber(null);
      await client.invalidateQueries({ queryKey: ["account", account, "devices"] });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  if (number === null)
    return (
      <div>
        <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setNumber("")}>
          {t("feature.findMe.addCell")}
        </Button>
      </div>
    );
  return (
    <div className={classes.inline}>
      <TextInput label={t("feature.findMe.cell")} description={t("feature.findMe.cellHelp")} inputMode="tel" autoFocus value={number} onChange={(event) => setNumber(event.currentTarget.value)} error={wrong} />
      <Button variant="default" loading={busy} onClick={() => void add()}>
        {t("ui:add")}
      </Button>
    </div>
  );
}

interface Voicemail {
  on: boolean;
  mail: boolean;
  box: Box | null;
}

export function VoicemailForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { account, user, flow, box, person } = context;
  const draft = useDraft<Voicemail>({ on: isOn("voicemail", context), mail: user.vm_to_email_enabled ?? true, box: box ?? null });
  const apply = async (from: Voicemail, to: Voicemail) => {
    const id = box?.id ?? (to.on ? (await createDoc(account, "vmboxes", { owner_id: user.id, mailbox: person.extension, name: `${person.name}'s VMBox` })).id : undefined);
    if (flow && from.on !== to.on) {
      const there = voicemailNode((await readDoc<Callflow>(account, "callflows", flow.id)).flow);
      await changeFlow(context, flow, (now) =>
        there ? mapAlong(now, "voicemail", (found) => withData(found, { skip_module: to.on ? undefined : true })) : { ...now, children: { ...now.children, ...(to.on && id ? { _: node("voicemail", { id }) } : {}) } },
      );
    }
    if (from.mail !== to.mail) await patchUser(context, { vm_to_email_enabled: to.mail });
    if (from.box && to.box) await patchDoc(account, "vmboxes", from.box.id, mergePatch(from.box, to.box));
  };
  return (
    <Form label={t("feature.voicemail.name")}>
      <Setting label={t("feature.voicemail.on")} help={t("feature.voicemail.onHelp")} disabled={!flow || (!box && !person.extension)} {...draft.toggle("on")} />
      <Setting label={t("feature.voicemail.mail")} help={user.email ? t("feature.voicemail.mailHelp", { email: user.email }) : t("feature.voicemail.noMail")} {...draft.toggle("mail")} />
      {box && <Setting label={t("feature.voicemail.attach")} {...draft.toggle("box.include_message_on_notify", true)} />}
      {box && <Setting label={t("feature.voicemail.remove")} help={t("feature.voicemail.removeHelp")} {...draft.toggle("box.delete_after_notify")} />}
      <SaveBar account={account} draft={draft} labels={{ on: t("feature.voicemail.on"), mail: t("feature.voicemail.mail"), box: t("feature.voicemail.name") }} apply={apply} effect={t("feature.saved")} />
    </Form>
  );
}

export function ConferenceForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { account, room } = context;
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    await setRoom(context, true).catch(tellFailure);
    setBusy(false);
  };
  if (!room)
    return (
      <Section>
        <p className={classes.help}>{t("feature.conference.off")}</p>
        <div>
          <Button loading={busy} onClick={() => void make()}>
            {t("feature.conference.make")}
          </Button>
        </div>
      </Section>
    );
  return <RoomForm account={account} room={room} />;
}

function RoomForm({ account, room }: { account: string; room: Room }) {
  const { t } = useTranslation(["users", "ui"]);
  const simple = { number: room.member?.numbers?.[0] ?? "", pin: room.member?.pins?.[0] ?? "", moderatorPin: room.moderator?.pins?.[0] ?? "", playName: room.play_name ?? false };
  const draft = useDraft(simple);
  const apply = async (_from: typeof simple, to: typeof simple) => {
    const pins = (pin: string) => (pin ? [pin] : []);
    await patchDoc(account, "conferences", room.id, { member: { numbers: to.number ? [to.number] : [], pins: pins(to.pin) }, moderator: { pins: pins(to.moderatorPin) }, play_name: to.playName });
  };
  const digits = (value: string, least: number) => value === "" || new RegExp(`^\\d{${least},15}$`).test(value);
  return (
    <Form label={t("feature.conference.name")}>
      <p className={classes.help}>{t("feature.conference.help")}</p>
      <TextInput label={t("feature.conference.number")} description={t("feature.conference.numberHelp")} inputMode="numeric" {...draft.field("number")} />
      <Pair>
        <TextInput label={t("feature.conference.pin")} inputMode="numeric" autoComplete="off" {...draft.field("pin")} />
        <TextInput label={t("feature.conference.moderatorPin")} inputMode="numeric" autoComplete="off" {...draft.field("moderatorPin")} />
      </Pair>
      <Setting label={t("feature.conference.playName")} {...draft.toggle("playName")} />
      <div>
        <LinkButton to="/a/$account/conferences" params={{ account }} search={{ open: room.id }} variant="default">
          {t("feature.conference.open")}
        </LinkButton>
      </div>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ number: t("feature.conference.number"), pin: t("feature.conference.pin"), moderatorPin: t("feature.conference.moderatorPin"), playName: t("feature.conference.playName") }}
        validate={(value) => {
          const wrong: Record<string, string> = {};
          if (!/^\d{2,15}$/.test(value.number)) wrong.number = t("feature.conference.numberWrong");
          if (!digits(value.pin, 3)) wrong.pin = t("feature.conference.pinWrong");
          if (!digits(value.moderatorPin, 3)) wrong.moderatorPin = t("feature.conference.pinWrong");
          return wrong;
        }}
        apply={apply}
        effect={t("feature.saved")}
      />
    </Form>
  );
}
