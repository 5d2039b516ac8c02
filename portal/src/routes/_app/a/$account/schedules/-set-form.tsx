/** A set of schedules: in force when any of them is. */
import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, listQuery, patchDoc, Problem, removeDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";

import type { RuleSetDoc } from "./-rule";
import page from "./-schedules.module.css";

export function SetForm({ account, set, onGone }: { account: string; set: RuleSetDoc; onGone: () => void }) {
  const { t } = useTranslation(["schedules", "ui"]);
  const draft = useDraft<RuleSetDoc>(set);
  const rules = useQuery(listQuery<{ id: string; name: string }>(account, "temporal_rules")).data ?? [];
  const chosen = draft.value.temporal_rules ?? [];
  const nameOf = (id: string) => rules.find((rule) => rule.id === id)?.name ?? t("gone");
  return (
    <Form label={set.name}>
      <TextInput label={t("name")} {...draft.field("name")} />
      <Section title={t("schedules")} help={t("setHelp")}>
        <ul className={page.list}>
          {chosen.map((id) => (
            <li key={id}>
              {nameOf(id)}
              <CloseButton aria-label={t("takeOut", { name: nameOf(id) })} onClick={() => draft.set("temporal_rules", chosen.filter((each) => each !== id))} />
            </li>
          ))}
        </ul>
        <Select aria-label={t("addToSet")} placeholder={t("addToSet")} searchable value={null} data={rules.filter(({ id }) => !chosen.includes(id)).map(({ id, name }) => ({ value: id, label: name }))} onChange={(id) => id && draft.set("temporal_rules", [...chosen, id])} />
      </Section>
      <Section
        title={t("removeSet")}
        help={t("removeHelp")}
        action={
          <DeleteButton account={account} title={t("removeTitle", { name: set.name })} run={() => removeDoc(account, "temporal_rules_sets", set.id)} done={t("removed", { name: set.name })} onGone={onGone}>
            {t("removeHelp")}
          </DeleteButton>
        }
      />
      <SaveBar
        account={account}
        draft={draft}
        labels={{ name: t("name"), temporal_rules: t("schedules") }}
        validate={(now): Record<string, string> => (now.name.trim() ? {} : { name: t("ui:required") })}
        apply={async (from, to) => {
          await patchDoc(account, "temporal_rules_sets", set.id, mergePatch(from, to));
        }}
        effect={t("saved")}
      />
    </Form>
  );
}

export function NewSet({ account, onDone }: { account: string; onDone: (id: string) => void }) {
  const { t } = useTranslation(["schedules", "ui"]);
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const create = async () => {
    if (!name.trim()) {
      setWrong(t("ui:required"));
      return;
    }
    try {
      const { id } = await createDoc(account, "temporal_rules_sets", { name: name.trim(), temporal_rules: [] });
      await client.invalidateQueries({ queryKey: ["account", account, "temporal_rules_sets"] });
      tellDone(t("created", { name: name.trim() }));
      onDone(id);
    } catch (error) {
      setWrong(error instanceof Problem ? (error.fields.name ?? t(`ui:${explanation(error)}`)) : t("ui:problem.unexpected"));
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
      <p className={classes.help}>{t("setHelp")}</p>
      <TextInput label={t("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={wrong} data-autofocus />
      <div className={classes.buttons}>
        <Button type="submit">{t("addSet")}</Button>
      </div>
    </form>
  );
}
