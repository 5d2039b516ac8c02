/** Gives numbers to an account: typed or pasted in E.164 with ranges, or chosen among the spare ones; tells each number's fate. */
import { Button, MultiSelect, Progress, SegmentedControl, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, numbersQuery } from "@/api";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { readable } from "@/ui/phone-number";

import { type Added, addNumbers, type From } from "./add-numbers";
import classes from "./office.module.css";
import { parseNumbers } from "./parse-numbers";

interface Props {
  /** Who gets them. */
  account: string;
  name: string;
  /** Where spare numbers come from: the account one administers. */
  office: string;
  /** Only the master puts new numbers onto the platform. */
  master: boolean;
  /** What new numbers are: in service at an account, or spare in one's own stock. */
  state?: "in_service" | "available";
  onDone?: (added: Added) => void;
}

export function AddNumbersForm({ account, name, office, master, state, onDone }: Props) {
  const { t } = useTranslation(["office", "ui"]);
  const client = useQueryClient();
  const own = useQuery({ ...numbersQuery(office), enabled: office !== account });
  const spare = Object.entries(own.data ?? {}).filter(([, row]) => !row.used_by).map(([number]) => number);
  const [from, setFrom] = useState<From>(master ? "new" : "spare");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [settled, setSettled] = useState<number | null>(null);
  const [result, setResult] = useState<Added | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const typed = parseNumbers(text);
  const numbers = from === "new" ? typed.numbers : chosen;

  const go = async (which: readonly string[], way: From) => {
    setFailure(null);
    setResult(null);
    setSettled(0);
    try {
      const added = await addNumbers(account, which, way, setSettled, state);
      setResult(added);
      setText(added.failed.length && way === "new" ? added.failed.map(({ number }) => number).join("\n") : "");
      setChosen([]);
      if (added.done.length) tellDone(t("numbers.added", { count: added.done.length, name }));
      onDone?.(added);
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setSettled(null);
      await client.invalidateQueries({ queryKey: ["account", account] });
      if (office !== account) await client.invalidateQueries({ queryKey: ["account", office, "phone_numbers"] });
    }
  };
  const existing = result?.failed.filter(({ exists }) => exists).map(({ number }) => number) ?? [];
  return (
    <form
      className={form.form}
      aria-label={t("numbers.title")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (numbers.length && settled === null) void go(numbers, from);
      }}
    >
      {master && office !== account && (
        <SegmentedControl
          aria-label={t("numbers.from")}
          value={from}
          onChange={(value) => setFrom(value as From)}
          data={[
            { value: "new", label: t("numbers.new") },
            { value: "spare", label: t("numbers.spare", { count: spare.length }) },
          ]}
        />
      )}
      {from === "new" ? (
        <Textarea
          label={t("numbers.label")}
          description={t("numbers.help")}
          placeholder={"+14164445555\n+622129303030\n+14165550100-0149"}
          rows={5}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={typed.problems.length > 0 && t(`numbers.why.${typed.problems[0]?.why ?? "notE164"}`, { text: typed.problems[0]?.text.slice(0, 40) })}
          classNames={{ input: classes.mono }}
          data-autofocus
        />
      ) : (
        <MultiSelect
          label={t("numbers.spareLabel")}
          description={t("numbers.spareHelp")}
          placeholder={chosen.length ? undefined : t("numbers.choose")}
          searchable
          limit={100}
          value={chosen}
          onChange={setChosen}
          data={spare.map((number) => ({ value: number, label: readable(number) }))}
          nothingFoundMessage={t("numbers.noSpare")}
        />
      )}
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {settled !== null && <Progress value={(settled / Math.max(numbers.length, 1)) * 100} aria-label={t("numbers.progress")} />}
      {result && result.failed.length > 0 && (
        <div className={classes.failed} role="alert">
          <p>{t("numbers.failed", { count: result.failed.length })}</p>
          <ul>
            {result.failed.slice(0, 20).map(({ number, why }) => (
              <li key={number}>
                <span className="tabular">{readable(number)}</span> {why}
              </li>
            ))}
          </ul>
          {existing.length > 0 && (
            <Button variant="default" size="compact-sm" onClick={() => void go(existing, "spare")}>
              {t("numbers.assignExisting", { count: existing.length, name })}
            </Button>
          )}
        </div>
      )}
      <div className={form.buttons}>
        <Button type="submit" disabled={numbers.length === 0 || typed.problems.length > 0} loading={settled !== null}>
          {numbers.length ? t("numbers.add", { count: numbers.length }) : t("numbers.addNone")}
        </Button>
      </div>
    </form>
  );
}
