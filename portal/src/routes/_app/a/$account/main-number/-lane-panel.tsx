/** Edits one lane of the main number: the receptionist (greeting, keys) or somebody who takes the calls. */
import { ActionIcon, Select, SegmentedControl } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Greeting } from "@/pbx/greeting";
import { type LaneForm, laneForm, type MainNumber, saveLane } from "@/pbx/main-number";
import type { Period } from "@/pbx/periods";
import { TargetSelect } from "@/pbx/target-select";
import type { Targets } from "@/pbx/use-targets";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";

import classes from "./-main.module.css";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#", "timeout", "_"];

interface Props {
  account: string;
  period: Period;
  main: MainNumber;
  targets: Targets;
}

export function LanePanel({ account, period, main, targets }: Props) {
  const { t } = useTranslation(["main-number", "ui"]);
  const lane = main.lanes[period];
  const draft = useDraft<LaneForm>(laneForm(lane));
  const { goes, keys, greeting, hunt } = draft.value;
  const used = Object.keys(keys);
  const free = KEYS.filter((key) => !used.includes(key));
  const keyName = (key: string) => (key === "timeout" ? t("key.timeout") : key === "_" ? t("key.fallback") : t("key.digit", { key }));

  return (
    <Form label={t(`lane.${period}`)}>
      <SegmentedControl
        fullWidth
        aria-label={t("lane.who")}
        value={goes === "menu" ? "menu" : "someone"}
        onChange={(value) => draft.set("goes", value === "menu" ? "menu" : (targets.data[0]?.items[0]?.value ?? "hangup"))}
        data={[
          { value: "menu", label: t("lane.receptionist") },
          { value: "someone", label: t("lane.someone") },
        ]}
      />
      {goes === "menu" ? (
        <>
          <Section title={t("greeting.title")} help={t("greeting.help")}>
            <Greeting account={account} value={greeting} onChange={(media) => draft.set("greeting", media)} fallback={t("greeting.none")} name={t(`lane.${period}`)} pin={lane.menu?.record_pin} />
          </Section>
          <Section title={t("key.title")} help={t("key.help")}>
            <ul className={classes.keyRows}>
              {KEYS.filter((key) => used.includes(key)).map((key) => (
                <li key={key}>
                  <kbd aria-hidden>{key === "timeout" ? "…" : key === "_" ? "?" : key}</kbd>
                  <TargetSelect targets={targets} hideLabel label={keyName(key)} value={keys[key]} onChange={(target) => target && draft.change((now) => ({ ...now, keys: { ...now.keys, [key]: target } }))} />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size={36}
                    aria-label={t("key.remove", { key: keyName(key) })}
                    onClick={() => draft.change((now) => ({ ...now, keys: Object.fromEntries(Object.entries(now.keys).filter(([other]) => other !== key)) }))}
                  >
                    <IconX size={16} stroke={1.6} />
                  </ActionIcon>
                </li>
              ))}
            </ul>
            <Select
              aria-label={t("key.add")}
              placeholder={t("key.add")}
              value={null}
              data={free.map((key) => ({ value: key, label: keyName(key) }))}
              onChange={(key) => {
                const first = targets.data[0]?.items[0]?.value ?? "hangup";
                if (key) draft.change((now) => ({ ...now, keys: { ...now.keys, [key]: first } }));
              }}
            />
          </Section>
          <Setting label={t("hunt.label")} help={t("hunt.help")} checked={hunt} onChange={(event) => draft.set("hunt", event.currentTarget.checked)} />
        </>
      ) : (
        <TargetSelect targets={targets} label={t("lane.then")} description={t("lane.thenHelp")} value={goes} onChange={(target) => target && draft.set("goes", target)} />
      )}
      <SaveBar
        account={account}
        draft={draft}
        labels={{ goes: t("lane.who"), greeting: t("greeting.title"), keys: t("key.title"), hunt: t("hunt.label") }}
        apply={(_from, to) => saveLane(account, period, to)}
        effect={t("saved")}
      />
    </Form>
  );
}
