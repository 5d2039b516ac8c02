/** Try a call before it is made: which number, who calls, when, what people do. The path lights up on the canvas, with reasons here. */
import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, explanation, Problem, usersQuery } from "@/api";
import { userName } from "@/ui/frame/palette-entries";
import { readable } from "@/ui/phone-number";

import { simulateCall, type Tried } from "../-model/api";
import type { Builder } from "../-model/use-builder";
import { idOf, nodeAt, orderedKeys } from "../-model/tree";
import classes from "./builder.module.css";
import { Steps } from "./steps";
import type { Telling } from "./words-of";

interface Props {
  account: string;
  builder: Builder;
  telling: Telling;
  onTrail: (trail: string[] | null) => void;
}

type Ringing = "nobody" | "answered" | "busy" | "offline";

/** Now, on the account's clock: what the server takes a moment without a zone for. */
const nowIn = (timeZone: string | undefined) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).format(new Date()).replace(" ", "T");

export function Simulate({ account, builder, telling, onTrail }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const { document } = builder;
  const users = useQuery(usersQuery(account)).data ?? [];
  const [number, setNumber] = useState(document.numbers[0] ?? "");
  const [caller, setCaller] = useState("outside");
  const [from, setFrom] = useState("+14165550199");
  const zone = useQuery(accountQuery(account)).data?.timezone;
  const [at, setAt] = useState(() => nowIn(zone));
  const [ringing, setRinging] = useState<Ringing>("nobody");
  const [presses, setPresses] = useState<string[]>([]);
  const [tried, setTried] = useState<Tried | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => onTrail(null), [onTrail]);

  const run = async (keys: string[], how: Ringing) => {
    setPresses(keys);
    setRinging(how);
    setBusy(true);
    setWrong(null);
    try {
      const found = await simulateCall(account, {
        number: number.replaceAll(/[\s().-]/g, ""),
        callflow: document,
        caller: caller === "outside" ? { type: "outside", number: from.replaceAll(/[\s().-]/g, "") } : { type: "user", id: caller },
        at,
        presses: keys,
        ringing: how,
      });
      setTried(found);
      const own = document.id ?? "draft";
      onTrail([...new Set(found.steps.filter(({ flow_id }) => flow_id === own).map(({ path }) => path))]);
    } catch (error) {
      setWrong(error instanceof Problem ? (Object.values(error.fields)[0] ?? t(`ui:${explanation(error)}`)) : t("ui:problem.unexpected"));
    } finally {
      setBusy(false);
    }
  };
  /** What could be pressed at the last question that nobody answered. */
  const asked = tried?.steps.findLast((step) => step.acts.some((act) => act.do === "collect" && act.asked));
  const node = asked && nodeAt(document.flow, asked.path === idOf([]) ? [] : asked.path.replace(/^flow\.children\./, "").split(".children."));
  const keys = node ? orderedKeys(node).filter((key) => /^[\d*#]+$/.test(key)) : [];

  return (
    <section className={classes.simulate} aria-label={t("simulate.label")}>
      <TextInput label={t("simulate.number")} description={document.numbers.length ? undefined : t("simulate.noNumber")} value={number} onChange={(event) => setNumber(event.currentTarget.value)} list="simulate-numbers" />
      <datalist id="simulate-numbers">
        {document.numbers.map((each) => (
          <option key={each} value={each}>
            {readable(each)}
          </option>
        ))}
      </datalist>
      <Select label={t("simulate.caller")} data={[{ value: "outside", label: t("simulate.outside") }, ...users.map((user) => ({ value: user.id, label: userName(user) }))]} value={caller} allowDeselect={false} searchable={users.length > 8} onChange={(next) => setCaller(next ?? "outside")} />
      {caller === "outside" && <TextInput label={t("simulate.from")} value={from} onChange={(event) => setFrom(event.currentTarget.value)} inputMode="tel" />}
      <TextInput label={t("simulate.at")} description={zone} type="datetime-local" value={at} onChange={(event) => setAt(event.currentTarget.value)} />
      <div>
        <span className={classes.label} id="simulate-ringing">
          {t("simulate.ringing")}
        </span>
        <SegmentedControl fullWidth aria-labelledby="simulate-ringing" value={ringing} onChange={(next) => (tried ? void run(presses, next as Ringing) : setRinging(next as Ringing))} data={(["nobody", "answered", "busy", "offline"] as const).map((value) => ({ value, label: t(`simulate.${value}`) }))} />
      </div>
      <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={busy} onClick={() => void run(presses, ringing)}>
        {t("simulate.run")}
      </Button>
      {wrong && (
        <p className={classes.problemText} data-severity="error" role="alert">
          {wrong}
        </p>
      )}
      {tried && (
        <div className={classes.tried} aria-live="polite">
          {presses.length > 0 && (
            <p className={classes.presses}>
              {t("simulate.pressed", { keys: presses.join(", ") })}
              <Button variant="subtle" size="compact-sm" onClick={() => void run([], ringing)}>
                {t("simulate.forget")}
              </Button>
            </p>
          )}
          <Steps tried={tried} own={document.id ?? "draft"} telling={telling} onSelect={builder.select} account={account} />
          {keys.length > 0 && (
            <div className={classes.askKeys}>
              <span>{t("simulate.press")}</span>
              {keys.map((key) => (
                <Button key={key} variant="default" size="compact-md" onClick={() => void run([...presses, key], ringing)}>
                  {key}
                </Button>
              ))}
            </div>
          )}
        </div>
      )}
    </section>
  );
}
