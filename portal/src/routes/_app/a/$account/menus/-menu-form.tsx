/** A menu: its greeting, how patient it is, whether extensions may be dialled, and the PIN that records the greeting by phone. */
import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, type Identified, listQuery, patchDoc, Problem, removeDoc } from "@/api";
import { Greeting } from "@/pbx/greeting";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Removal } from "@/ui/may";

export interface MenuDoc extends Identified {
  name: string;
  retries?: number;
  timeout?: number;
  interdigit_timeout?: number;
  max_extension_length?: number;
  hunt?: boolean;
  hunt_allow?: string;
  hunt_deny?: string;
  record_pin?: string;
  allow_record_from_offnet?: boolean;
  suppress_media?: boolean;
  media?: { greeting?: string; invalid_media?: string | boolean; exit_media?: string | boolean; transfer_media?: string | boolean };
}

interface FlowRow {
  id: string;
  name?: string;
  numbers: string[];
  modules: string[];
}

const SOUNDS = ["invalid_media", "transfer_media", "exit_media"] as const;

export function MenuForm({ account, menu, onGone }: { account: string; menu: MenuDoc; onGone: () => void }) {
  const { t } = useTranslation(["menus", "ui"]);
  const draft = useDraft<MenuDoc>(menu);
  const media = useQuery(listQuery<{ id: string; name: string }>(account, "media")).data ?? [];
  const flows = (useQuery(listQuery<FlowRow>(account, "callflows")).data ?? []).filter(({ modules }) => modules.includes("menu"));
  const seconds = (path: "timeout" | "interdigit_timeout", usual: number) => ({
    value: (draft.value[path] ?? usual) / 1000,
    onChange: (next: string | number) => draft.set(path, Math.round(Number(next) * 1000)),
    error: draft.errors[path],
    suffix: " s",
    min: 0,
    decimalScale: 1,
  });
  return (
    <Form label={menu.name}>
      <TextInput label={t("name")} {...draft.field("name")} />
      <Section title={t("greeting")} help={t("greetingHelp")}>
        <Greeting account={account} value={draft.value.media?.greeting} onChange={(value) => draft.set("media.greeting", value)} fallback={t("noGreeting")} name={menu.name} pin={menu.record_pin} />
      </Section>
      <Section title={t("patience")}>
        <Pair>
          <NumberInput label={t("timeout")} {...seconds("timeout", 10_000)} />
          <NumberInput label={t("interdigit")} {...seconds("interdigit_timeout", 2_000)} />
        </Pair>
        <NumberInput label={t("retries")} description={t("retriesHelp")} min={1} max={10} {...draft.field("retries")} value={draft.value.retries ?? 3} />
      </Section>
      <Section title={t("dialling")}>
        <Setting label={t("hunt")} help={t("huntHelp")} {...draft.toggle("hunt", true)} />
        {draft.value.hunt !== false && (
          <>
            <NumberInput label={t("length")} min={1} max={32} {...draft.field("max_extension_length")} value={draft.value.max_extension_length ?? 4} />
            <Pair>
              <TextInput label={t("allow")} placeholder="^1[0-9]{3}$" {...draft.field("hunt_allow")} />
              <TextInput label={t("deny")} placeholder="^9" {...draft.field("hunt_deny")} />
            </Pair>
          </>
        )}
      </Section>
      <Section title={t("sounds")} help={t("soundsHelp")}>
        {SOUNDS.map((path) => {
          const now = draft.value.media?.[path] ?? true;
          return (
            <Select
              key={path}
              label={t(path)}
              allowDeselect={false}
              value={typeof now === "string" ? now : now ? "system" : "none"}
              onChange={(next) => draft.set(`media.${path}`, next === "system" ? true : next === "none" ? false : next)}
              data={[{ value: "system", label: t("systemSound") }, { value: "none", label: t("noSound") }, ...media.map(({ id, name }) => ({ value: id, label: name }))]}
            />
          );
        })}
      </Section>
      <Section title={t("byPhone")} help={t("byPhoneHelp")}>
        <TextInput label={t("pin")} inputMode="numeric" autoComplete="off" {...draft.field("record_pin")} />
        <Setting label={t("offnet")} {...draft.toggle("allow_record_from_offnet")} />
      </Section>
      <Section title={t("keys")} help={t(flows.length ? "keysHelp" : "keysNone")}>
        {flows.map((flow) => (
          <Link key={flow.id} to="/a/$account/callflows/$flow" params={{ account, flow: flow.id }}>
            {flow.name || flow.numbers.join(", ")}
          </Link>
        ))}
      </Section>
      <Removal>
        <Section
          title={t("remove")}
          help={t("removeHelp")}
          action={
            <DeleteButton account={account} title={t("removeTitle", { name: menu.name })} run={() => removeDoc(account, "menus", menu.id)} done={t("removed", { name: menu.name })} onGone={onGone}>
              {t("removeHelp")}
            </DeleteButton>
          }
        />
      </Removal>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ name: t("name"), media: t("greeting"), timeout: t("timeout"), interdigit_timeout: t("interdigit"), retries: t("retries"), hunt: t("hunt"), max_extension_length: t("length"), hunt_allow: t("allow"), hunt_deny: t("deny"), record_pin: t("pin"), allow_record_from_offnet: t("offnet") }}
        validate={(value) => {
          const wrong: Record<string, string> = {};
          if (!value.name.trim()) wrong.name = t("ui:required");
          if (value.record_pin && !/^\d{3,6}$/.test(value.record_pin)) wrong.record_pin = t("pinWrong");
          return wrong;
        }}
        apply={async (from, to) => {
          const clean = (menu: MenuDoc) => ({ ...menu, hunt_allow: menu.hunt_allow || undefined, hunt_deny: menu.hunt_deny || undefined, record_pin: menu.record_pin || undefined });
          await patchDoc(account, "menus", menu.id, mergePatch(clean(from), clean(to)));
        }}
        effect={t("saved")}
      />
    </Form>
  );
}

export function NewMenu({ account, onDone }: { account: string; onDone: (id: string) => void }) {
  const { t } = useTranslation(["menus", "ui"]);
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const create = async () => {
    if (!name.trim()) {
      setWrong(t("ui:required"));
      return;
    }
    setBusy(true);
    try {
      const { id } = await createDoc(account, "menus", { name: name.trim(), hunt: true, media: {} });
      await client.invalidateQueries({ queryKey: ["account", account, "menus"] });
      tellDone(t("created", { name: name.trim() }));
      onDone(id);
    } catch (error) {
      setWrong(error instanceof Problem ? (error.fields.name ?? t(`ui:${explanation(error)}`)) : t("ui:problem.unexpected"));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <p className={classes.help}>{t("newHelp")}</p>
      <TextInput label={t("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={wrong} data-autofocus />
      <div className={classes.buttons}>
        <Button type="submit" loading={busy}>
          {t("add")}
        </Button>
      </div>
    </form>
  );
}
