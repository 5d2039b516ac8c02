/** Which numbers lead here: extensions, spare outside numbers, words, patterns. What another flow uses is told at once, at the field. */
import { Button, CloseButton, Combobox, TextInput, useCombobox } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { callflowsQuery, numbersQuery } from "@/api";
import { Dialog } from "@/ui/side-panel";
import { readable } from "@/ui/phone-number";

import type { Builder } from "../-model/use-builder";
import type { FlowProblem } from "../-model/types";
import classes from "./builder.module.css";

interface Props {
  account: string;
  builder: Builder;
  problems: readonly FlowProblem[];
  opened: boolean;
  onClose: () => void;
}

export function NumbersDialog({ account, builder, problems, opened, onClose }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const { numbers, patterns = [] } = builder.document;
  const owned = useQuery(numbersQuery(account)).data ?? {};
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const [typed, setTyped] = useState("");
  const [pattern, setPattern] = useState("");
  const combobox = useCombobox();
  const user = (number: string) => flows.find((flow) => flow.id !== builder.document.id && flow.numbers.includes(number));
  const spare = Object.keys(owned).filter((number) => !numbers.includes(number) && !user(number));
  const wanted = typed.replaceAll(/[\s().-]/g, "");
  const inUse = wanted ? user(wanted) : undefined;
  const offered = spare.filter((number) => number.includes(wanted.replace(/^\+/, ""))).slice(0, 50);
  const set = (next: string[]) => builder.edit("numbers", (doc) => ({ ...doc, numbers: next }));
  const setPatterns = (next: string[]) => builder.edit("patterns", (doc) => ({ ...doc, patterns: next }));
  const add = (number: string) => {
    if (!number || numbers.includes(number) || user(number)) return;
    set([...numbers, number]);
    setTyped("");
    combobox.closeDropdown();
  };
  const patternWrong = (() => {
    try {
      if (pattern) void new RegExp(pattern);
      return undefined;
    } catch {
      return t("numbers.patternWrong");
    }
  })();
  const refused = (number: string) => problems.find((problem) => problem.number === number)?.message;

  return (
    <Dialog opened={opened} onClose={onClose} title={t("numbers.title")} size={520}>
      <div className={classes.numbers}>
        {numbers.length === 0 && patterns.length === 0 && <p className={classes.none}>{t("numbers.none")}</p>}
        <ul>
          {numbers.map((number) => (
            <li key={number} data-wrong={refused(number) ? true : undefined}>
              <span>
                <span className="tabular">{readable(number)}</span>
                <small>{refused(number) ?? (number in owned ? t("numbers.outside") : /^[\d*#]+$/.test(number) ? t("numbers.extension") : t("numbers.word"))}</small>
              </span>
              <CloseButton aria-label={t("numbers.remove", { number: readable(number) })} onClick={() => set(numbers.filter((each) => each !== number))} />
            </li>
          ))}
        </ul>
        <Combobox store={combobox} onOptionSubmit={add}>
          <Combobox.Target>
            <TextInput
              label={t("numbers.add")}
              description={t("numbers.addHelp", { count: spare.length })}
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value);
                combobox.openDropdown();
              }}
              onFocus={() => combobox.openDropdown()}
              onBlur={() => combobox.closeDropdown()}
              onKeyDown={(event) => event.key === "Enter" && combobox.getSelectedOptionIndex() === -1 && add(wanted)}
              error={inUse ? t("numbers.inUse", { number: readable(wanted), flow: inUse.name || inUse.numbers.join(", ") }) : numbers.includes(wanted) ? t("numbers.twice") : undefined}
              rightSectionWidth={88}
              rightSection={
                <Button variant="subtle" size="compact-sm" disabled={!wanted || Boolean(inUse) || numbers.includes(wanted)} onMouseDown={(event) => event.preventDefault()} onClick={() => add(wanted)} leftSection={<IconPlus size={14} aria-hidden />}>
                  {t("numbers.do")}
                </Button>
              }
            />
          </Combobox.Target>
          <Combobox.Dropdown hidden={offered.length === 0}>
            <Combobox.Options mah={220} className={classes.scroll} aria-label={t("numbers.spare")}>
              {offered.map((number) => (
                <Combobox.Option key={number} value={number}>
                  {readable(number)}
                </Combobox.Option>
              ))}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
        <h3>{t("numbers.patterns")}</h3>
        <ul>
          {patterns.map((each) => (
            <li key={each}>
              <code>{each}</code>
              <CloseButton aria-label={t("numbers.remove", { number: each })} onClick={() => setPatterns(patterns.filter((one) => one !== each))} />
            </li>
          ))}
        </ul>
        <TextInput
          label={t("numbers.addPattern")}
          description={t("numbers.patternHelp")}
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
          error={patternWrong}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !pattern || patternWrong) return;
            setPatterns([...patterns.filter((each) => each !== pattern), pattern]);
            setPattern("");
          }}
        />
        <div className={classes.buttons}>
          <Button onClick={onClose}>{t("numbers.done")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
