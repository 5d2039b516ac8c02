/** A group: who is in it, how it rings, and what happens when nobody answers. The same form makes a new one. */
import { Button, NumberInput, SegmentedControl, TagsInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { callflowsQuery, devicesQuery, explanation, Problem, usersQuery, voicemailBoxesQuery } from "@/api";
import { createGroup, type GroupForm as Fields, removeGroup, ringsFor, saveGroup, STRATEGIES } from "@/pbx/groups";
import { NumberField } from "@/pbx/number-field";
import { TargetSelect } from "@/pbx/target-select";
import { Timeline } from "@/pbx/timeline";
import { useTargets } from "@/pbx/use-targets";
import { MediaField } from "@/ui/audio/media-field";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { userName } from "@/ui/frame/palette-entries";
import { Removal } from "@/ui/may";

import { extensionOf, isExtension, nextExtension, takenExtensions } from "../users/-extension";
import classes from "./-groups.module.css";
import { type Candidate, Members } from "./-members";

interface Props {
  account: string;
  /** Empty: a new group. */
  id: string;
  group: Fields;
  own: string | undefined;
  onDone: (id: string) => void;
  onGone: () => void;
}

function useCandidates(account: string): Candidate[] {
  const { t } = useTranslation(["groups", "ui"]);
  const users = useQuery(usersQuery(account)).data ?? [];
  const devices = useQuery(devicesQuery(account)).data ?? [];
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const flowOf = new Map(flows.filter(({ type }) => type === "mainUserCallflow").map((flow) => [flow.owner_id, flow]));
  return [
    ...users.map((user): Candidate => ({ id: user.id, type: "user", name: userName(user), detail: extensionOf(flowOf.get(user.id)) ?? "" })),
    ...devices.filter(({ owner_id: owner }) => !owner).map((device): Candidate => ({ id: device.id, type: "device", name: device.name, detail: t("members.device") })),
  ];
}

export function GroupForm({ account, id, group, own, onDone, onGone }: Props) {
  const { t } = useTranslation(["groups", "ui"]);
  const client = useQueryClient();
  const targets = useTargets(account, own);
  const candidates = useCandidates(account);
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const boxes = useQuery(voicemailBoxesQuery(account)).data ?? [];
  const taken = takenExtensions(flows, boxes);
  const draft = useDraft<Fields>(group);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { members, strategy, extensions } = draft.value;
  const short = extensions.filter((number) => !number.startsWith("+"));
  const direct = extensions.filter((number) => number.startsWith("+"));
  const next = nextExtension(new Set([...taken, ...extensions]));
  const nameOf = (member: string) => candidates.find((one) => one.id === member)?.name ?? member;

  const validate = (value: Fields) => {
    const wrong: Record<string, string> = {};
    if (!value.name.trim()) wrong.name = t("ui:required");
    const bad = value.extensions.find((number) => !number.startsWith("+") && !isExtension(number));
    const clash = value.extensions.find((number) => !draft.base.extensions.includes(number) && taken.has(number));
    if (value.extensions.length === 0) wrong.extensions = t("extensionMissing");
    else if (bad) wrong.extensions = t("extensionWrong");
    else if (clash) wrong.extensions = t("extensionTaken", { extension: clash });
    if (value.members.length === 0) wrong.members = t("members.none");
    return wrong;
  };
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createGroup(account, draft.value);
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account] });
      tellDone(t("created", { name: draft.value.name, extension: extensions[0] }));
      onDone(made);
    } catch (error) {
      if (error instanceof Problem && error.fields.numbers) draft.setErrors({ extensions: error.fields.numbers });
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form label={group.name || t("new")}>
      <Pair>
        <TextInput label={t("name")} data-autofocus={id ? undefined : true} {...draft.field("name")} />
        <TagsInput label={t("extensions")} description={t("extensionsHelp", { extension: next })} value={short} onChange={(numbers) => draft.set("extensions", [...numbers, ...direct])} error={draft.errors.extensions} splitChars={[",", " "]} clearable={false} acceptValueOnBlur />
      </Pair>
      {!short.length && (
        <div>
          <Button variant="default" size="compact-sm" onClick={() => draft.set("extensions", [next, ...direct])}>
            {t("useNext", { extension: next })}
          </Button>
        </div>
      )}
      <Section title={t("members.title")} help={t("members.help")}>
        <Members members={members} candidates={candidates} strategy={strategy} onChange={(value) => draft.set("members", value)} />
        {draft.errors.members && <p className={classes.wrong}>{draft.errors.members}</p>}
      </Section>
      <Section title={t("ring.title")} help={t(`ring.${strategy}Help`)}>
        <SegmentedControl fullWidth aria-label={t("ring.title")} value={strategy} onChange={(value) => draft.set("strategy", value)} data={STRATEGIES.map((value) => ({ value, label: t(`ring.${value}`) }))} />
        {strategy === "simultaneous" && members.length > 0 && (
          <Timeline
            rows={members.map((member) => ({ ...member, name: nameOf(member.id), on: true }))}
            onChange={(rows) => draft.set("members", members.flatMap((member) => rows.filter((row) => row.id === member.id && row.on).map(({ delay, timeout }) => ({ ...member, delay, timeout }))))}
            then={draft.value.then ? targets.nameOf(draft.value.then) : t("then.nobody")}
          />
        )}
        <NumberInput label={t("ring.repeats")} description={t("ring.repeatsHelp", { count: ringsFor(draft.value) * draft.value.repeats })} min={1} max={10} value={draft.value.repeats} onChange={(value) => draft.set("repeats", Number(value) || 1)} />
      </Section>
      <Section title={t("then.title")}>
        <TargetSelect targets={targets} hideLabel label={t("then.title")} description={t("then.help")} placeholder={t("then.nobody")} clearable value={draft.value.then} onChange={(target) => draft.set("then", target)} />
      </Section>
      <Section title={t("direct.title")} help={t("direct.help")}>
        <NumberField account={account} value={direct} base={draft.base.extensions.filter((number) => number.startsWith("+"))} onChange={(numbers) => draft.set("extensions", [...short, ...numbers])} empty={t("direct.none")} />
      </Section>
      <Section title={t("more.title")}>
        <TextInput label={t("more.prefix")} description={t("more.prefixHelp")} maxLength={16} {...draft.field("prefix")} />
        <MediaField account={account} label={t("more.ringback")} help={t("more.ringbackHelp")} fallback={t("more.tone")} value={draft.value.ringback} onChange={(media) => draft.set("ringback", media)} />
        <MediaField account={account} label={t("more.music")} help={t("more.musicHelp")} fallback={t("more.ownMusic")} value={draft.value.music} onChange={(media) => draft.set("music", media)} />
      </Section>
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {id ? (
        <>
          <Removal>
            <Section
              title={t("remove")}
              help={t("removeHelp")}
              action={
                <DeleteButton account={account} title={t("removeTitle", { name: group.name })} run={() => removeGroup(account, id)} done={t("removed", { name: group.name })} onGone={onGone}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("name"), extensions: t("extensions"), members: t("members.title"), strategy: t("ring.title"), repeats: t("ring.repeats"), then: t("then.title"), prefix: t("more.prefix"), ringback: t("more.ringback"), music: t("more.music") }}
            validate={validate}
            apply={(_from, to) => saveGroup(account, id, to)}
            effect={t("saved")}
          />
        </>
      ) : (
        <div className={form.buttons}>
          <Button loading={busy} onClick={() => void create()}>
            {t("create")}
          </Button>
        </div>
      )}
    </Form>
  );
}
