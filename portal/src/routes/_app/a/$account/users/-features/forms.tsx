/** The forms behind the feature tiles that change the user's own document: forwarding, caller ID, hot-desking, music, recording. */
import { Autocomplete, PasswordInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, docQuery, numbersQuery, patchDoc, urls, type UserDoc } from "@/api";
import { MediaField } from "@/ui/audio/media-field";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { readable } from "@/ui/phone-number";

import { type FeatureContext, isOn, RECORDED } from "./context";
import classes from "./features.module.css";

/** A form over the user's document: the parts that may change, and what they are called. */
function useUserForm(context: FeatureContext) {
  const draft = useDraft<UserDoc>(context.user);
  const apply = async (from: UserDoc, to: UserDoc) => {
    await patchDoc(context.account, "users", context.user.id, mergePatch(from, to));
  };
  return { draft, apply };
}

/** Numbers of the user's own phones that are not SIP phones: the usual places to forward to. */
function useOwnNumbers({ account, devices }: FeatureContext): string[] {
  const outside = devices.find(({ device_type: kind }) => ["cellphone", "smartphone", "landline"].includes(kind ?? ""));
  const doc = useQuery(docQuery<{ call_forward?: { number?: string } }>(account, "devices", outside?.id ?? "")).data;
  return doc?.call_forward?.number ? [doc.call_forward.number] : [];
}

export function ForwardForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { draft, apply } = useUserForm(context);
  const own = useOwnNumbers(context);
  const { call_forward: forward = {} } = draft.value;
  const mode = !forward.enabled ? "off" : forward.failover ? "failover" : "on";
  const setMode = (next: string) => draft.change((now) => ({ ...now, call_forward: { ...now.call_forward, enabled: next !== "off", failover: next === "failover" } }));
  return (
    <Form label={t("feature.forward.name")}>
      <SegmentedControl fullWidth aria-label={t("feature.forward.name")} value={mode} onChange={setMode} data={(["off", "on", "failover"] as const).map((value) => ({ value, label: t(`feature.forward.${value}`) }))} />
      <p className={classes.help}>{t(`feature.forward.${mode}Help`)}</p>
      <Autocomplete label={t("feature.forward.number")} description={t("feature.forward.numberHelp")} data={own} inputMode="tel" disabled={mode === "off"} {...draft.field("call_forward.number")} />
      <Setting label={t("feature.forward.keypress")} help={t("feature.forward.keypressHelp")} disabled={mode === "off"} {...draft.toggle("call_forward.require_keypress", true)} />
      <Setting label={t("feature.forward.direct")} help={t("feature.forward.directHelp")} disabled={mode === "off"} {...draft.toggle("call_forward.direct_calls_only")} />
      <Setting label={t("feature.forward.keep")} help={t("feature.forward.keepHelp")} disabled={mode === "off"} {...draft.toggle("call_forward.keep_caller_id", true)} />
      <Setting label={t("feature.forward.substitute")} help={t("feature.forward.substituteHelp")} disabled={mode === "off"} {...draft.toggle("call_forward.substitute", true)} />
      <SaveBar
        account={context.account}
        draft={draft}
        labels={{ call_forward: t("feature.forward.name") }}
        validate={(value): Record<string, string> => (value.call_forward?.enabled && !/^[+*\d]{2,}$/.test((value.call_forward.number ?? "").replaceAll(/[\s()-]/g, "")) ? { "call_forward.number": t("feature.forward.numberWrong") } : {})}
        apply={apply}
        effect={t("feature.saved")}
      />
    </Form>
  );
}

export function CallerIdForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { draft, apply } = useUserForm(context);
  const numbers = Object.keys(useQuery(numbersQuery(context.account)).data ?? {});
  const choices = numbers.map((number) => ({ value: number, label: readable(number) }));
  return (
    <Form label={t("feature.callerId.name")}>
      <p className={classes.help}>{t("feature.callerId.help")}</p>
      <Pair>
        <Select label={t("feature.callerId.number")} placeholder={t("feature.callerId.account")} clearable data={choices} {...draft.field("caller_id.external.number")} value={draft.value.caller_id?.external?.number ?? null} />
        <TextInput label={t("feature.callerId.shownName")} maxLength={35} {...draft.field("caller_id.external.name")} />
      </Pair>
      <Pair>
        <TextInput label={t("feature.callerId.insideName")} maxLength={35} {...draft.field("caller_id.internal.name")} />
        <Select label={t("feature.callerId.emergency")} placeholder={t("feature.callerId.account")} clearable data={choices} {...draft.field("caller_id.emergency.number")} value={draft.value.caller_id?.emergency?.number ?? null} />
      </Pair>
      <SaveBar account={context.account} draft={draft} labels={{ caller_id: t("feature.callerId.name") }} apply={apply} effect={t("feature.saved")} />
    </Form>
  );
}

/** Where the user is logged in now. */
function LoggedIn({ account, user }: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const desks = useQuery({
    queryKey: ["account", account, "devices", "hotdesks", user.id],
    queryFn: async ({ signal }) => (await call<{ device_id: string; device_name: string }[]>("GET", urls.getListUserHotdesksUrl(account, user.id), { signal })).data,
  }).data;
  if (!desks) return null;
  return <p className={classes.help}>{desks.length ? t("feature.hotdesk.at", { names: desks.map(({ device_name: name }) => name).join(", ") }) : t("feature.hotdesk.nowhere")}</p>;
}

export function HotdeskForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { draft, apply } = useUserForm(context);
  const on = draft.value.hotdesk?.enabled === true;
  return (
    <Form label={t("feature.hotdesk.name")}>
      <Setting label={t("feature.hotdesk.on")} help={t("feature.hotdesk.onHelp")} {...draft.toggle("hotdesk.enabled")} />
      {on && <LoggedIn {...context} />}
      {on && isOn("findMe", context) && <p className={classes.warn}>{t("feature.hotdesk.findMe")}</p>}
      <Pair>
        <TextInput label={t("feature.hotdesk.id")} description={t("feature.hotdesk.idHelp")} inputMode="numeric" maxLength={15} disabled={!on} {...draft.field("hotdesk.id")} />
        <PasswordInput label={t("feature.hotdesk.pin")} description={t("feature.hotdesk.pinHelp")} inputMode="numeric" maxLength={15} autoComplete="off" disabled={!on} visibilityToggleButtonProps={{ "aria-label": t("feature.hotdesk.showPin") }} {...draft.field("hotdesk.pin")} />
      </Pair>
      <Setting label={t("feature.hotdesk.requirePin")} disabled={!on} {...draft.toggle("hotdesk.require_pin")} />
      <Setting label={t("feature.hotdesk.several")} help={t("feature.hotdesk.severalHelp")} disabled={!on} {...draft.toggle("hotdesk.keep_logged_in_elsewhere")} />
      <SaveBar
        account={context.account}
        draft={draft}
        labels={{ hotdesk: t("feature.hotdesk.name") }}
        validate={({ hotdesk }) => {
          const wrong: Record<string, string> = {};
          if (hotdesk?.enabled && !/^\d{2,15}$/.test(hotdesk.id ?? "")) wrong["hotdesk.id"] = t("feature.hotdesk.idWrong");
          if (hotdesk?.enabled && (hotdesk.require_pin || hotdesk.pin) && !/^\d{4,15}$/.test(hotdesk.pin ?? "")) wrong["hotdesk.pin"] = t("feature.hotdesk.pinWrong");
          return wrong;
        }}
        apply={apply}
        effect={t("feature.saved")}
      />
    </Form>
  );
}

export function MusicForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { draft, apply } = useUserForm(context);
  return (
    <Form label={t("feature.music.name")}>
      <MediaField account={context.account} label={t("feature.music.label")} help={t("feature.music.help")} fallback={t("feature.music.fallback")} value={draft.value.music_on_hold?.media_id ?? undefined} onChange={(media) => draft.set("music_on_hold.media_id", media)} />
      <SaveBar account={context.account} draft={draft} labels={{ music_on_hold: t("feature.music.name") }} apply={apply} effect={t("feature.saved")} />
    </Form>
  );
}

export function RecordingForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { draft, apply } = useUserForm(context);
  return (
    <Form label={t("feature.recording.name")}>
      <p className={classes.warn}>{t("feature.recording.law")}</p>
      {RECORDED.map(([direction, side]) => (
        <Setting key={direction + side} label={t(`feature.recording.${direction}_${side}`)} {...draft.toggle(`call_recording.${direction}.${side}.enabled`)} />
      ))}
      <SaveBar account={context.account} draft={draft} labels={{ call_recording: t("feature.recording.name") }} apply={apply} effect={t("feature.saved")} />
    </Form>
  );
}

export function DisturbForm(context: FeatureContext) {
  const { t } = useTranslation(["users", "ui"]);
  const { draft, apply } = useUserForm(context);
  return (
    <Form label={t("feature.disturb.name")}>
      <Setting label={t("feature.disturb.on")} help={t("feature.disturb.onHelp")} {...draft.toggle("do_not_disturb.enabled")} />
      <SaveBar account={context.account} draft={draft} labels={{ do_not_disturb: t("feature.disturb.name") }} apply={apply} effect={t("feature.saved")} />
    </Form>
  );
}
