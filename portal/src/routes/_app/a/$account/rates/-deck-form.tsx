/** One rate deck: its name, whether it is the one for accounts that were given none, its sheet and its prices. */
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, type Identified, patchDoc, removeDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Editable, Only, Removal } from "@/ui/may";

import { Prices } from "./-prices";
import { Sheet } from "./-sheet";

export interface Deck extends Identified {
  name: string;
  description?: string;
  is_default?: boolean;
  /** Prices for accounts below, or what a carrier takes for calls over a trunk. */
  use?: "sale" | "cost";
}

interface Props {
  account: string;
  deck: Deck;
  onMade: (id: string) => void;
  onGone: () => void;
}

export function DeckForm({ account, deck, onMade, onGone }: Props) {
  const { t } = useTranslation(["rates", "ui"]);
  const client = useQueryClient();
  const { name, description = "", is_default = false, use = "sale" } = deck;
  const draft = useDraft({ name, description, is_default, use });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const validate = (value: { name: string }): Record<string, string> => (value.name.trim() ? {} : { name: t("ui:required") });
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createDoc<Identified>(account, "ratedecks", draft.value);
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "ratedecks"] });
      tellDone(t("created", { name: draft.value.name }));
      onMade(made.id);
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={name || t("new")} open>
      <Editable>
      <TextInput label={t("name")} data-autofocus {...draft.field("name")} />
      <Textarea label={t("description")} rows={2} {...draft.field("description")} />
      <Select label={t("use.label")} description={t(`use.help.${draft.value.use}`)} allowDeselect={false} data={(["sale", "cost"] as const).map((value) => ({ value, label: t(`use.${value}`) }))} value={draft.value.use} onChange={(value) => draft.change((now) => ({ ...now, use: value as "sale" | "cost", is_default: value === "sale" && now.is_default }))} error={draft.errors.use} />
      {draft.value.use === "sale" && <Setting label={t("default")} help={t("defaultHelp")} {...draft.toggle("is_default")} />}
      </Editable>
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {deck.id ? (
        <>
          <Only may="rates.create">
            <Sheet account={account} deck={deck.id} />
          </Only>
          <Prices account={account} deck={deck.id} />
          <Removal>
            <Section
              title={t("remove")}
              help={t("removeHelp")}
              action={
                <DeleteButton account={account} title={t("removeTitle", { name })} run={() => removeDoc(account, "ratedecks", deck.id)} done={t("removed", { name })} onGone={onGone}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("name"), description: t("description"), is_default: t("default"), use: t("use.label") }}
            validate={validate}
            apply={async (from, to) => {
              await patchDoc(account, "ratedecks", deck.id, mergePatch(from, to));
            }}
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
