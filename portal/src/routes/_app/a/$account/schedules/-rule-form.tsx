/** One schedule: which days, which hours, from when; and an override that counts until it is taken back. */
import { Button, MultiSelect, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, fromGregorian, patchDoc, Problem, removeDoc, toGregorian } from "@/api";
import { clock, seconds } from "@/pbx/hours";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Removal } from "@/ui/may";

import { CYCLES, DAYS, ORDINALS, type RuleDoc, windowOf } from "./-rule";
import { Week } from "./-week";

/** A day before which nothing counts; the dialect's usual start, in 1983. */
const ALWAYS = 62_586_115_200;

export function RuleForm({ account, rule, onGone }: { account: string; rule: RuleDoc; onGone: () => void }) {
  const { t, i18n } = useTranslation(["schedules", "ui"]);
  const draft = useDraft<RuleDoc>(rule);
  const { value } = draft;
  const [start, stop] = windowOf(value);
  const byDate = value.cycle === "monthly" || value.cycle === "yearly";
  const onDays = byDate && !value.ordinal;
  const month = new Intl.DateTimeFormat(i18n.language, { month: "long", timeZone: "UTC" });
  const date = value.start_date && value.start_date !== ALWAYS ? fromGregorian(value.start_date).toISOString().slice(0, 10) : "";
  return (
    <Form label={rule.name}>
      <TextInput label={t("name")} {...draft.field("name")} />
      <Select label={t("cycle")} allowDeselect={false} data={CYCLES.map((each) => ({ value: each, label: t(`cycles.${each}`) }))} value={value.cycle} onChange={(next) => draft.set("cycle", next)} />
      {(value.cycle === "weekly" || value.cycle === "daily") && (
        <Section title={t("week")} help={t("weekHelp")}>
          <Week rule={value} onChange={(changes) => draft.change((now) => ({ ...now, ...changes }))} />
        </Section>
      )}
      {value.cycle === "yearly" && <Select label={t("month")} allowDeselect={false} data={Array.from({ length: 12 }, (_, index) => ({ value: String(index + 1), label: month.format(new Date(Date.UTC(2026, index, 1))) }))} value={String(value.month ?? 1)} onChange={(next) => draft.set("month", Number(next))} />}
      {byDate && (
        <>
          <Select label={t("which")} clearable placeholder={t("onDates")} data={ORDINALS.map((each) => ({ value: each, label: t(`ordinals.${each}`) }))} value={value.ordinal ?? null} onChange={(next) => draft.set("ordinal", next ?? undefined)} />
          {onDays ? (
            <MultiSelect label={t("dates")} data={Array.from({ length: 31 }, (_, index) => String(index + 1))} value={(value.days ?? []).map(String)} onChange={(next) => draft.set("days", next.map(Number).toSorted((one, other) => one - other))} />
          ) : (
            <MultiSelect label={t("weekdays")} data={DAYS.map((each) => ({ value: each, label: t(`day.${each}`) }))} value={value.wdays ?? []} onChange={(next) => draft.set("wdays", next)} />
          )}
        </>
      )}
      <Pair>
        <TextInput label={t("from")} type="time" value={clock(start)} onChange={(event) => draft.set("time_window_start", seconds(event.currentTarget.value) ?? 0)} />
        <TextInput label={t("to")} type="time" description={stop <= start ? t("overnight") : undefined} value={clock(stop % 86_400)} onChange={(event) => draft.set("time_window_stop", (seconds(event.currentTarget.value) ?? 0) || 86_400)} />
      </Pair>
      <Pair>
        <TextInput label={t(value.cycle === "date" ? "onDay" : "startDate")} type="date" description={value.cycle === "date" ? undefined : t("startDateHelp")} value={date} onChange={(event) => draft.set("start_date", event.currentTarget.value ? toGregorian(new Date(`${event.currentTarget.value}T00:00:00Z`)) : ALWAYS)} />
        {value.cycle !== "date" && <NumberInput label={t("interval")} description={t("intervalHelp")} min={1} max={99} value={value.interval ?? 1} onChange={(next) => draft.set("interval", Number(next) || 1)} />}
      </Pair>
      <Section title={t("override")} help={t("overrideHelp")}>
        <SegmentedControl fullWidth aria-label={t("override")} value={value.enabled === undefined ? "clock" : value.enabled ? "on" : "off"} onChange={(next) => draft.set("enabled", next === "clock" ? undefined : next === "on")} data={(["clock", "on", "off"] as const).map((each) => ({ value: each, label: t(`overrides.${each}`) }))} />
      </Section>
      <Removal>
        <Section
          title={t("remove")}
          help={t("removeHelp")}
          action={
            <DeleteButton account={account} title={t("removeTitle", { name: rule.name })} run={() => removeDoc(account, "temporal_rules", rule.id)} done={t("removed", { name: rule.name })} onGone={onGone}>
              {t("removeHelp")}
            </DeleteButton>
          }
        />
      </Removal>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ name: t("name"), cycle: t("cycle"), wdays: t("weekdays"), days: t("dates"), month: t("month"), ordinal: t("which"), time_window_start: t("from"), time_window_stop: t("to"), start_date: t("startDate"), interval: t("interval"), enabled: t("override") }}
        validate={(now) => {
          const wrong: Record<string, string> = {};
          if (!now.name.trim()) wrong.name = t("ui:required");
          return wrong;
        }}
        apply={async (from, to) => {
          const whole = to.cycle === "yearly" && !to.month ? { ...to, month: 1 } : to;
          await patchDoc(account, "temporal_rules", rule.id, mergePatch(from, whole));
        }}
        effect={t("saved")}
      />
    </Form>
  );
}

export function NewRule({ account, onDone }: { account: string; onDone: (id: string) => void }) {
  const { t } = useTranslation(["schedules", "ui"]);
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
      const { id } = await createDoc(account, "temporal_rules", { name: name.trim(), cycle: "weekly", interval: 1, wdays: DAYS.slice(0, 5), time_window_start: 32_400, time_window_stop: 61_200 });
      await client.invalidateQueries({ queryKey: ["account", account, "temporal_rules"] });
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
