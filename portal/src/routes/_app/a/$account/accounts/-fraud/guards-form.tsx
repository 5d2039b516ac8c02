/** The guards of an account. What is not set follows the installation's default, which stands in the empty field. */
import { Button, Checkbox, NumberInput, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { type Fraud, GUARD_LEVELS, type Guards, type OffHours, type Unusual } from "@/office/lock";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";

import classes from "./fraud.module.css";
import { CLASSES, ownGuards, toggled, withPart } from "./guards";

export function GuardsForm({ account, fraud }: { account: string; fraud: Fraud }) {
  const { t } = useTranslation(["fraud", "ui"]);
  const draft = useDraft<Guards>(ownGuards(fraud));
  const { in_force: holds } = fraud;
  const { blocked_classes: blocked, velocity, max_forwarded_calls: forwarded, lock_to: lockTo } = draft.value;
  const closed = blocked ?? holds.blocked_classes;
  const known = [...CLASSES, ...closed.filter((one) => !CLASSES.some((other) => other === one))];
  const speed = (key: "calls" | "seconds") => (next: string | number) => {
    if (next === "") draft.set("velocity", undefined);
    else draft.set("velocity", { calls: velocity?.calls ?? holds.velocity?.calls ?? 120, seconds: velocity?.seconds ?? holds.velocity?.seconds ?? 60, [key]: Number(next) });
  };
  const night = (part: Exclude<keyof OffHours, "days">, min: number, max: number) => (
    <NumberInput
      label={t(`guards.${part === "calls" ? "callsAnHour" : part}`)}
      min={min}
      max={max}
      allowDecimal={false}
      placeholder={holds.off_hours ? String(holds.off_hours[part]) : t("guards.any")}
      value={draft.value.off_hours?.[part] ?? ""}
      onChange={(next) => draft.set("off_hours", withPart(draft.value.off_hours, part, next))}
      error={draft.errors[`off_hours.${part}`]}
    />
  );
  const unusual = (part: keyof Unusual, min: number, max: number) => (
    <NumberInput
      label={t(`guards.unusual.${part}`)}
      min={min}
      max={max}
      allowDecimal={part === "factor" || part === "amount"}
      placeholder={holds.unusual ? String(holds.unusual[part]) : t("guards.any")}
      value={draft.value.unusual?.[part] ?? ""}
      onChange={(next) => draft.set("unusual", withPart(draft.value.unusual, part, next))}
      error={draft.errors[`unusual.${part}`]}
    />
  );
  return (
    <Form label={t("guards.title")}>
      <Section
        level={2}
        title={t("guards.classes")}
        help={t("guards.classesHelp")}
        action={
          blocked && (
            <Button variant="subtle" size="compact-sm" onClick={() => draft.set("blocked_classes", undefined)}>
              {t("guards.default")}
            </Button>
          )
        }
      >
        <div className={classes.classes}>
          {known.map((name) => (
            <Checkbox key={name} size="sm" label={t(`class.${name as "international"}`, { defaultValue: name })} checked={closed.includes(name)} onChange={(event) => draft.set("blocked_classes", toggled(fraud, blocked, name, event.currentTarget.checked))} />
          ))}
        </div>
      </Section>
      <Section level={2} title={t("guards.speed")} help={t("guards.speedHelp")}>
        <Pair>
          <NumberInput label={t("guards.calls")} min={1} max={1_000_000} allowDecimal={false} placeholder={holds.velocity ? String(holds.velocity.calls) : t("guards.any")} value={velocity?.calls ?? ""} onChange={speed("calls")} error={draft.errors["velocity.calls"]} />
          <NumberInput label={t("guards.seconds")} min={1} max={86_400} allowDecimal={false} placeholder={holds.velocity ? String(holds.velocity.seconds) : t("guards.any")} value={velocity?.seconds ?? ""} onChange={speed("seconds")} error={draft.errors["velocity.seconds"]} />
        </Pair>
        <Select
          label={t("guards.then")}
          clearable
          placeholder={holds.lock_to ? t(`lock.level.${holds.lock_to as 2}.does`) : t("ui:none")}
          value={lockTo === undefined ? null : String(lockTo)}
          onChange={(value) => draft.set("lock_to", value === null ? undefined : Number(value))}
          data={GUARD_LEVELS.map((one) => ({ value: String(one), label: t(`lock.level.${one}.does`) }))}
          error={draft.errors.lock_to}
        />
      </Section>
      <Section level={2} title={t("guards.night")} help={t("guards.nightHelp")}>
        <Pair>
          {night("begins", 0, 23)}
          {night("ends", 0, 23)}
        </Pair>
        {night("calls", -1, 1_000_000)}
      </Section>
      <Section level={2} title={t("guards.unusual.title")} help={t("guards.unusual.help")}>
        <Pair>
          {unusual("factor", 0, 1000)}
          {unusual("days", 1, 60)}
        </Pair>
        <Pair>
          {unusual("calls", 0, 1_000_000)}
          {unusual("amount", 0, 1_000_000_000)}
        </Pair>
      </Section>
      <Section level={2} title={t("guards.forwards")} help={t("guards.forwardsHelp")}>
        <NumberInput
          label={t("guards.forwarded")}
          description={t("guards.forwardedHelp")}
          min={-1}
          max={1_000_000}
          allowDecimal={false}
          placeholder={holds.max_forwarded_calls < 0 ? t("guards.any") : String(holds.max_forwarded_calls)}
          value={forwarded ?? ""}
          onChange={(next) => draft.set("max_forwarded_calls", next === "" ? undefined : Number(next))}
          error={draft.errors.max_forwarded_calls}
        />
      </Section>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ blocked_classes: t("guards.classes"), velocity: t("guards.speed"), off_hours: t("guards.night"), unusual: t("guards.unusual.title"), lock_to: t("guards.then"), max_forwarded_calls: t("guards.forwarded") }}
        apply={async (from, to) => {
          await call("PATCH", urls.getPatchFraudGuardsUrl(account), { body: mergePatch(from, to) });
        }}
        effect={t("guards.saved")}
      />
    </Form>
  );
}
