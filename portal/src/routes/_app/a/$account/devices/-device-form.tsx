/** A device: whose it is, how it is reached, its audio. The same form makes a new one; a secret is shown once. */
import { Button, MultiSelect, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, fromGregorian, patchDoc, Problem, removeDoc, urls, usersQuery } from "@/api";
import { CODECS, type DeviceDoc, encryptionDoc, encryptionOf, ENCRYPTIONS, forwards, type Kind, KINDS, newDevice, registers } from "@/pbx/devices";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { type Draft, useDraft } from "@/ui/form/use-draft";
import { userName } from "@/ui/frame/palette-entries";
import { Removal } from "@/ui/may";

import { type AccessList, type Entry, entryOf, WAYS, wrongIn } from "../accounts/-entry/access-list";
import { sendList } from "../accounts/-entry/send-list";
import { deviceSecret } from "../users/-secret";

/** A device with the networks it may come from, which the API keeps apart. */
type Edited = DeviceDoc & { networks?: Entry };

interface Props {
  account: string;
  device: DeviceDoc | undefined;
  /** From which networks it may come; a new device's are its account's. */
  networks?: AccessList;
  /** Whose a new device is, to begin with. */
  owner?: string;
  onDone: (id: string) => void;
  onGone: () => void;
  onSecret: (device: { name: string; username: string; password: string }) => void;
}

export function DeviceForm({ account, device, networks, owner, onDone, onGone, onSecret }: Props) {
  const { t } = useTranslation(["devices", "ui"]);
  const client = useQueryClient();
  const users = useQuery(usersQuery(account)).data ?? [];
  const [fresh] = useState((): DeviceDoc => ({ id: "", ...newDevice("sip_device", deviceSecret(), owner) }));
  const draft = useDraft<Edited>(device ? { ...device, networks: entryOf(networks ?? {}) } : fresh);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const kind = draft.value.device_type ?? "sip_device";

  const validate = (value: Edited) => {
    const wrong: Record<string, string> = {};
    if (!value.name.trim()) wrong.name = t("ui:required");
    if (forwards(kind) && !/^\+?\d{3,}$/.test((value.call_forward?.number ?? "").replaceAll(/[\s()-]/g, ""))) wrong["call_forward.number"] = t("numberWrong");
    if (kind === "sip_uri" && !/^sips?:[^@\s]+@[^@\s]+$/.test(value.sip?.route ?? "")) wrong["sip.route"] = t("uriWrong");
    if (value.mac_address && !/^([0-9a-f]{2}[:\-. ]?){6}$/i.test(value.mac_address)) wrong.mac_address = t("macWrong");
    const network = value.networks ? wrongIn(value.networks) : null;
    if (network !== null) wrong["networks.text"] = network ? t("networks.wrong", { text: network }) : t("ui:required");
    return wrong;
  };
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const { id: _new, ...body } = draft.value;
      const made = await createDoc<DeviceDoc>(account, "devices", body);
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "devices"] });
      onDone(made.id);
      if (registers(kind) && body.sip?.username && body.sip.password) onSecret({ name: body.name, username: body.sip.username, password: body.sip.password });
      else tellDone(t("created", { name: body.name }));
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(error.fields);
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  const setKind = (next: string | null) => {
    const chosen = KINDS.find((one) => one === next) ?? "sip_device";
    draft.change((now) => ({ id: "", ...newDevice(chosen, deviceSecret(), now.owner_id), name: now.name }));
  };
  return (
    <Form label={device?.name ?? t("new")}>
      {!device && <Select label={t("kind")} description={t(`kindHelp.${kind as Kind}`)} allowDeselect={false} value={kind} onChange={setKind} data={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />}
      <Pair>
        <TextInput label={t("name")} description={t("nameHelp")} data-autofocus={device ? undefined : true} {...draft.field("name")} />
        <Select label={t("owner")} description={t("ownerHelp")} placeholder={t("shared")} clearable searchable data={users.map((user) => ({ value: user.id, label: userName(user) }))} {...draft.field("owner_id")} value={draft.value.owner_id ?? null} />
      </Pair>
      {forwards(kind) && (
        <>
          <TextInput label={t("number")} description={t("numberHelp")} inputMode="tel" {...draft.field("call_forward.number")} />
          <Setting label={t("keypress")} help={t("keypressHelp")} {...draft.toggle("call_forward.require_keypress", true)} />
          <Setting label={t("keepCid")} help={t("keepCidHelp")} {...draft.toggle("call_forward.keep_caller_id", true)} />
        </>
      )}
      {kind === "sip_uri" && <TextInput label={t("uri")} description={t("uriHelp")} placeholder="sip:reception@example.com" {...draft.field("sip.route")} />}
      {(kind === "sip_device" || kind === "fax") && <TextInput label={t("mac")} description={t("macHelp")} placeholder="00:15:65:aa:bb:cc" {...draft.field("mac_address")} />}
      <Setting label={t("enabled")} help={t("enabledHelp")} {...draft.toggle("enabled", true)} />
      <Setting label={t("silent")} help={t("silentHelp")} {...draft.toggle("do_not_disturb.enabled")} />
      {registers(kind) && <Audio draft={draft} />}
      {failure && (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
      {device ? (
        <>
          {registers(kind) && device.sip?.method !== "ip" && <Networks draft={draft} refused={networks?.last_refused} />}
          {registers(kind) && <Credentials account={account} device={device} onSecret={onSecret} />}
          <Removal>
            <Section
              title={t("remove")}
              help={t("removeHelp")}
              action={
                <DeleteButton account={account} title={t("removeTitle", { name: device.name })} run={() => removeDoc(account, "devices", device.id)} done={t("removed", { name: device.name })} onGone={onGone}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("name"), owner_id: t("owner"), call_forward: t("number"), "sip.route": t("uri"), mac_address: t("mac"), enabled: t("enabled"), do_not_disturb: t("silent"), "media.audio.codecs": t("codecs"), "media.encryption": t("encryption"), "networks.way": t("networks.title"), "networks.text": t("networks.addresses") }}
            validate={validate}
            apply={async (from, to) => {
              const [{ networks: were, ...before }, { networks: are, ...after }] = [from, to];
              const patch = mergePatch(before, after);
              if (Object.keys(patch).length > 0) await patchDoc(account, "devices", device.id, patch);
              if (are && (are.way !== were?.way || are.text !== were.text)) await sendList(urls.getSetDeviceAccessListUrl(account, device.id), are, "networks.text");
            }}
            effect={t(draft.value.networks?.way === draft.base.networks?.way && draft.value.networks?.text === draft.base.networks?.text ? "saved" : "networks.saved")}
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

function Networks({ draft, refused }: { draft: Draft<Edited>; refused: AccessList["last_refused"] }) {
  const { t, i18n } = useTranslation("devices");
  const when = (at: number) => new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" }).format(fromGregorian(at));
  return (
    <Section title={t("networks.title")} help={t("networks.help")}>
      {refused && (
        <p className={classes.failure}>
          {t("networks.refused", { when: when(refused.timestamp), address: refused.address })}
        </p>
      )}
      <Select label={t("networks.way")} allowDeselect={false} data={WAYS.map((way) => ({ value: way, label: t(`networks.${way}`) }))} {...draft.field("networks.way")} />
      {draft.value.networks && draft.value.networks.way !== "any" && <Textarea label={t("networks.addresses")} description={t("networks.addressesHelp")} autosize minRows={2} maxRows={8} spellCheck={false} {...draft.field("networks.text")} />}
    </Section>
  );
}

function Audio({ draft }: { draft: Draft<Edited> }) {
  const { t } = useTranslation(["devices", "ui"]);
  const encryption = encryptionOf(draft.value);
  const codecs = draft.value.media?.audio?.codecs ?? [];
  return (
    <Section title={t("audio")}>
      <MultiSelect label={t("codecs")} description={t("codecsHelp")} data={[...new Set([...CODECS, ...codecs])].map((value) => ({ value, label: t(`codec.${value as "OPUS"}`, { defaultValue: value }) }))} value={codecs} onChange={(value) => draft.set("media.audio.codecs", value)} hidePickedOptions />
      <div>
        <p className={classes.label} id="encryption">
          {t("encryption")}
        </p>
        <SegmentedControl fullWidth aria-label={t("encryption")} value={encryption} onChange={(value) => draft.set("media.encryption", encryptionDoc(value as "off"))} data={ENCRYPTIONS.map((value) => ({ value, label: t(`encryptions.${value}`) }))} />
        <p className={classes.help}>{t(`encryptionHelp.${encryption}`)}</p>
      </div>
    </Section>
  );
}

/** The user name is readable, the password never again: a new one is made and shown once. */
function Credentials({ account, device, onSecret }: Pick<Props, "account" | "onSecret"> & { device: DeviceDoc }) {
  const { t } = useTranslation(["devices", "ui"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const renew = async () => {
    setBusy(true);
    try {
      const { password } = deviceSecret();
      await patchDoc(account, "devices", device.id, { sip: { password } });
      await client.invalidateQueries({ queryKey: ["account", account, "devices"] });
      onSecret({ name: device.name, username: device.sip?.username ?? "", password });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section
      title={t("credentials")}
      help={t("credentialsHelp", { username: device.sip?.username ?? "–" })}
      action={
        <Button variant="default" loading={busy} onClick={() => void renew()}>
          {t("renew")}
        </Button>
      }
    />
  );
}
