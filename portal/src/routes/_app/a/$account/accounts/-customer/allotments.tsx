/** Minutes that whoever is above an account gives it, by class of numbers: taken before calls cost money. */
import { ActionIcon, NumberInput, Select } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Account, call, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import { CLASSES } from "../-fraud/guards";
import classes from "./customer.module.css";
import { type Cycle, CYCLES, useKeyName } from "./minutes";

interface Allotment {
  amount: number;
  cycle?: Cycle;
}
type Allotments = Record<string, Allotment>;

export function CustomerAllotments({ account: { id } }: { account: Account }) {
  const given = useQuery({ queryKey: ["account", id, "allotments"], queryFn: async ({ signal }) => (await call<Allotments>("GET", urls.getGetAllotmentsUrl(id), { signal })).data });
  if (given.error) return <ErrorState error={given.error} onRetry={() => void given.refetch()} />;
  return given.data ? <Loaded account={id} given={given.data} /> : <Skeleton width={240} />;
}

function Loaded({ account, given }: { account: string; given: Allotments }) {
  const { t } = useTranslation(["customer", "fraud"]);
  const keyName = useKeyName();
  const draft = useDraft<Allotments>(given);
  const keys = Object.keys(draft.value);
  const free = CLASSES.filter((one) => !keys.includes(one));
  const labels = Object.fromEntries([...new Set([...keys, ...Object.keys(draft.base)])].map((key) => [key, keyName(key)]));
  return (
    <section className={`${page.card} ${classes.card} ${classes.narrow} ${classes.after}`}>
      <Form label={t("allotments.title")}>
        <Section title={t("allotments.title")} help={t("allotments.help")} level={2}>
          {keys.map((key) => (
            <div key={key} className={classes.allotment}>
              <NumberInput
                label={keyName(key)}
                suffix={t("allotments.suffix")}
                min={0}
                max={10_000_000}
                decimalScale={2}
                thousandSeparator=" "
                value={draft.value[key] ? draft.value[key].amount / 60 : ""}
                onChange={(next) => draft.set(`${key}.amount`, next === "" ? 0 : Math.round(Number(next) * 60))}
                error={draft.errors[`${key}.amount`] ?? draft.errors[key]}
              />
              <Select
                label={t("allotments.cycle")}
                allowDeselect={false}
                data={CYCLES.map((one) => ({ value: one, label: t(`minutes.each.${one}`) }))}
                value={draft.value[key]?.cycle ?? "monthly"}
                onChange={(next) => draft.set(`${key}.cycle`, next)}
                error={draft.errors[`${key}.cycle`]}
              />
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("allotments.remove", { what: keyName(key) })} onClick={() => draft.set(key, undefined)}>
                <IconTrash size={18} />
              </ActionIcon>
            </div>
          ))}
          {free.length > 0 && (
            <Select
              key={keys.join()}
              label={t("allotments.add")}
              placeholder={t("allotments.pick")}
              data={free.map((one) => ({ value: one, label: t(`fraud:class.${one}`) }))}
              onChange={(next) => next && draft.set(next, { amount: 6000, cycle: "monthly" })}
            />
          )}
        </Section>
        <SaveBar
          account={account}
          draft={draft}
          labels={labels}
          apply={async (_, to) => {
            await call("POST", urls.getReplaceAllotmentsUrl(account), { body: to });
          }}
          effect={t("allotments.saved")}
        />
      </Form>
    </section>
  );
}
