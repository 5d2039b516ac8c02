/** Stops an account's calls by hand: how far, and why; the reason is read by its administrators. */
import { Button, Checkbox, Select, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, explanation, Problem } from "@/api";
import { type Level, LEVELS, lock, unlock } from "@/office/lock";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import page from "@/ui/page.module.css";

import classes from "./fraud.module.css";

const SHORTEST = 3;

export function LockForm({ account: { id, name }, held }: { account: Account; held: 0 | Level }) {
  const { t } = useTranslation(["fraud", "ui"]);
  const client = useQueryClient();
  const [level, setLevel] = useState<Level>(2);
  const [chosen, setChosen] = useState<boolean | null>(null);
  // As the server decides when nobody says: a call that costs is ended by every lock of all calls.
  const endsCalls = chosen ?? level > 1;
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ["account", id, "fraud"] });
  const go = async () => {
    setFailure(null);
    setWrong(reason.trim().length < SHORTEST ? t("do.reasonWrong") : null);
    if (reason.trim().length < SHORTEST) return;
    setBusy(true);
    try {
      await lock(id, level, reason.trim(), endsCalls);
      setReason("");
      tellDone(t(endsCalls ? "do.doneEnding" : "do.done", { name }), () => void unlock(id).then(refresh, tellFailure));
    } catch (error) {
      if (error instanceof Problem && error.fields.reason) setWrong(error.fields.reason);
      else setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="lock-by-hand">
      <h2 className={classes.heading} id="lock-by-hand">
        {t(held ? "do.change" : "do.title")}
      </h2>
      <form
        className={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <Select label={t("do.level")} description={t("do.levelHelp")} allowDeselect={false} value={String(level)} onChange={(value) => setLevel(LEVELS.find((one) => String(one) === value) ?? 2)} data={LEVELS.map((one) => ({ value: String(one), label: t(`lock.level.${one}.does`) }))} />
        <Checkbox label={t("do.ends")} description={t("do.endsHelp")} checked={endsCalls} onChange={(event) => setChosen(event.currentTarget.checked)} />
        <Textarea
          label={t("do.reason")}
          description={t("do.reasonHelp")}
          rows={2}
          maxLength={500}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            setWrong(null);
          }}
          error={wrong}
        />
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={form.buttons}>
          <Button type="submit" color="red" loading={busy}>
            {t("do.do")}
          </Button>
        </div>
      </form>
    </section>
  );
}
