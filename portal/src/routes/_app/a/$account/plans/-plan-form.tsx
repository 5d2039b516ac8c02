/** One service plan: its name, and the price of each item a month and once. Keys of other clients stay. */
import { ActionIcon, Button, NumberInput, Select, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, type Identified, Problem, removeDoc, replaceDoc } from "@/api";
import { itemName, itemsOf, PRICEABLE, type PlanItem, type ServicePlan } from "@/office/plans";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Removal } from "@/ui/may";

import { Deck } from "./-deck";
import classes from "./-plans.module.css";

interface Props {
  account: string;
  /** Empty: a new one. */
  id: string;
  plan: ServicePlan;
  onMade: (id: string) => void;
  onGone: () => void;
}

function own(plan: ServicePlan): ServicePlan {
  const { id: _id, _read_only: _computed, ...document } = plan;
  return document as ServicePlan;
}

/** The plan with one item changed; undefined takes it out, and with the last one its category. */
function withItem(plan: ServicePlan, category: string, key: string, item: PlanItem | undefined): ServicePlan {
  const { [key]: _old, ...others } = plan.plan[category] ?? {};
  const items = item ? { ...plan.plan[category], [key]: item } : others;
  const { [category]: _all, ...rest } = plan.plan;
  return { ...plan, plan: Object.keys(items).length ? { ...plan.plan, [category]: items } : rest };
}

export function PlanForm({ account, id, plan, onMade, onGone }: Props) {
  const { t } = useTranslation(["plans", "office", "ui"]);
  const client = useQueryClient();
  const draft = useDraft<{ plan: ServicePlan }>({ plan: own(plan) });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const now = draft.value.plan;
  const change = (category: string, key: string, item: PlanItem | undefined) => draft.change((before) => ({ plan: withItem(before.plan, category, key, item) }));
  const validate = (value: { plan: ServicePlan }): Record<string, string> => (value.plan.name.trim() ? {} : { "plan.name": t("ui:required") });
  const addable = Object.entries(PRICEABLE).flatMap(([category, keys]) => keys.filter((key) => !now.plan[category]?.[key]).map((key) => ({ value: `${category}/${key}`, label: itemName(category, key) })));
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createDoc<Identified>(account, "service_plans", now);
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "service_plans"] });
      tellDone(t("created", { name: now.name }));
      onMade(made.id);
    } catch (error) {
      setFailure([t(`ui:${explanation(error)}`), ...Object.entries(error instanceof Problem ? error.fields : {}).map(([path, text]) => `${path}: ${text}`)].join(" "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={plan.name || t("new")}>
      <TextInput label={t("name")} data-autofocus {...draft.field("plan.name")} />
      <Textarea label={t("description")} rows={2} {...draft.field("plan.description")} />
      <Section title={t("items")} help={t("itemsHelp")}>
        <table className={classes.items}>
          <thead>
            <tr>
              <th scope="col">{t("item")}</th>
              <th scope="col">{t("invoiceName")}</th>
              <th scope="col">{t("rate")}</th>
              <th scope="col">{t("activation")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {itemsOf(now).map(({ category, key, item }) => {
              const name = itemName(category, key);
              const set = (field: keyof PlanItem) => (value: string | number) => change(category, key, { ...item, [field]: value === "" ? undefined : Number(value) });
              return (
                <tr key={`${category}/${key}`}>
                  <th scope="row">{name}</th>
                  <td>
                    <TextInput size="xs" aria-label={t("invoiceNameOf", { name })} placeholder={name} value={item.name ?? ""} onChange={(event) => change(category, key, { ...item, name: event.currentTarget.value || undefined })} />
                  </td>
                  <td>
                    <NumberInput size="xs" aria-label={t("rateOf", { name })} hideControls min={0} decimalScale={6} value={item.rate === undefined ? "" : Number(item.rate)} onChange={set("rate")} />
                  </td>
                  <td>
                    <NumberInput size="xs" aria-label={t("activationOf", { name })} hideControls min={0} decimalScale={6} value={item.activation_charge === undefined ? "" : Number(item.activation_charge)} onChange={set("activation_charge")} />
                  </td>
                  <td>
                    <Tooltip label={t("ui:remove")}>
                      <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("removeItem", { name })} onClick={() => change(category, key, undefined)}>
                        <IconX size={16} stroke={1.6} />
                      </ActionIcon>
                    </Tooltip>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <Select
          aria-label={t("addItem")}
          placeholder={t("addItem")}
          searchable
          data={addable}
          value={null}
          onChange={(path) => {
            const [category, key] = path?.split("/") ?? [];
            if (category && key) change(category, key, { rate: 0 });
          }}
        />
      </Section>
      <Deck account={account} value={now.ratedeck?.id ?? null} onChange={(deck) => draft.change((before) => ({ plan: { ...before.plan, ratedeck: { ...before.plan.ratedeck, id: deck } } }))} error={draft.errors["ratedeck.id"]} />
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
                <DeleteButton account={account} title={t("removeTitle", { name: plan.name })} run={() => removeDoc(account, "service_plans", id)} done={t("removed", { name: plan.name })} onGone={onGone}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ "plan.name": t("name"), "plan.description": t("description"), "plan.plan": t("items"), "plan.ratedeck": t("deck"), "ratedeck.id": t("deck") }}
            validate={validate}
            apply={async (_from, to) => {
              await replaceDoc<Identified>(account, "service_plans", id, to.plan);
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
