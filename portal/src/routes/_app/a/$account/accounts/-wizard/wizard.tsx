/** The wizard itself: steps at the side with what was said in each, one step's form, and the way on. */
import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, explanation, Problem, urls } from "@/api";
import { hereZone } from "@/office/places-of-the-world";
import { useMaster } from "@/office/use-master";
import form from "@/ui/form/form.module.css";
import { useDraft } from "@/ui/form/use-draft";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Dialog } from "@/ui/side-panel";

import { forget, keep, keptOr } from "./kept";
import { blank, bodyOf, type NewAccount, type Step, stepOf, STEPS, wrongIn } from "./new-account";
import type { Made } from "./ready";
import { PlanStep } from "./plan-step";
import { AccountStep, FeaturesStep, LimitsStep, PeopleStep } from "./steps";
import { useSaid } from "./use-said";
import classes from "./wizard.module.css";

const FORMS = { account: AccountStep, people: PeopleStep, features: FeaturesStep, plan: PlanStep, limits: LimitsStep } as const;

interface Props {
  above: Account;
  /** Part of the address, so that the browser's way back leads to the step before. */
  step: Step;
  onStep: (step: Step) => void;
  onMade: (made: Made) => void;
}

export function Wizard({ above, step, onStep, onMade }: Props) {
  const { t } = useTranslation(["wizard", "ui"]);
  const client = useQueryClient();
  const master = useMaster();
  const draft = useDraft<NewAccount>(useState(() => blank(above.timezone ?? hereZone(), above.language ?? "en-us", above.country ?? "CA"))[0]);
  const [seen, setSeen] = useState<ReadonlySet<Step>>(new Set());
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const said = useSaid(draft.value);
  const at = STEPS.indexOf(step);
  const last = at === STEPS.length - 1;

  const show = (next: Step) => {
    if (next !== step) onStep(next);
    requestAnimationFrame(() => heading.current?.focus());
  };
  const { change, dirty, value } = draft;
  useEffect(() => change((now) => keptOr(above.id, now)), [above.id, change]);
  useEffect(() => {
    if (dirty) keep(above.id, value);
  }, [above.id, dirty, value]);
  /** True when the step is right; else its fields say what to do. */
  const right = (which: Step) => {
    const wrong = Object.fromEntries(Object.entries(wrongIn(which, draft.value)).map(([path, why]) => [path, t(why)]));
    draft.setErrors(wrong);
    return Object.keys(wrong).length === 0;
  };
  const go = (next: Step) => {
    // Back is always possible; forwards only over steps that are right.
    const missing = STEPS.slice(at, Math.max(at, STEPS.indexOf(next))).find((one) => !right(one));
    setSeen((now) => new Set([...now, step]));
    show(missing ?? next);
  };
  const create = async () => {
    const missing = STEPS.find((one) => !right(one));
    if (missing) {
      show(missing);
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const { data } = await call<Account & { admin?: Made["admin"] }>("PUT", urls.getCreateChildAccountUrl(above.id), { body: bodyOf(draft.value) });
      draft.adopt(draft.value);
      forget(above.id);
      await client.invalidateQueries({ queryKey: ["account", above.id] });
      onMade({ account: data, email: draft.value.admin.email.trim(), admin: data.admin });
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
      const fields = error instanceof Problem ? error.fields : {};
      const first = Object.keys(fields)[0];
      if (first) show(stepOf(first));
      draft.setErrors(fields);
    } finally {
      setBusy(false);
    }
  };
  const leaving = useBlocker({ shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && draft.dirty && !busy, withResolver: true, enableBeforeUnload: () => draft.dirty });
  const Fields = FORMS[step];
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} about={t("about", { name: above.name })} />
      <div className={classes.columns}>
        <ol className={classes.steps} aria-label={t("steps")}>
          {STEPS.map((one, index) => (
            <li key={one}>
              <button type="button" className={classes.step} aria-current={one === step ? "step" : undefined} data-done={(seen.has(one) && one !== step) || undefined} onClick={() => go(one)}>
                <span className={classes.mark} aria-hidden>
                  {seen.has(one) && one !== step ? <IconCheck size={14} stroke={2.4} /> : index + 1}
                </span>
                <span className={classes.stepText}>
                  <span>{t(`step.${one}.title`)}</span>
                  <span className={classes.said}>{said[one]}</span>
                </span>
              </button>
            </li>
          ))}
        </ol>
        <form
          className={`${page.card} ${classes.card}`}
          aria-label={t("title")}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (last) void create();
            else go(STEPS[at + 1] ?? step);
          }}
        >
          <p className={classes.where}>{t("where", { at: at + 1, of: STEPS.length })}</p>
          <h2 className={classes.heading} ref={heading} tabIndex={-1}>
            {t(`step.${step}.title`)}
          </h2>
          <p className={form.help}>{t(`step.${step}.help`)}</p>
          <div className={classes.fields}>
            <Fields draft={draft} above={above} master={master} />
          </div>
          {failure && (
            <p className={form.failure} role="alert">
              {failure}
            </p>
          )}
          <div className={classes.bar}>
            {at > 0 ? (
              <Button variant="default" onClick={() => show(STEPS[at - 1] ?? step)}>
                {t("back")}
              </Button>
            ) : (
              <LinkButton to="/a/$account/accounts" params={{ account: above.id }} variant="default">
                {t("ui:cancel")}
              </LinkButton>
            )}
            <span className={classes.room} />
            {at > 0 && !last && (
              <Button variant="default" loading={busy} onClick={() => void create()}>
                {t("createNow")}
              </Button>
            )}
            <Button type="submit" loading={busy && last}>
              {t(last ? "create" : "next")}
            </Button>
          </div>
        </form>
      </div>
      <Dialog closeOnEscape={false} opened={leaving.status === "blocked"} onClose={() => leaving.reset?.()} title={t("ui:leave.title")}>
        <p>{t("leave")}</p>
        <div className={form.buttons}>
          <Button
            variant="default"
            onClick={() => {
              forget(above.id);
              leaving.proceed?.();
            }}
          >
            {t("ui:leave.discard")}
          </Button>
          <Button onClick={() => leaving.reset?.()} data-autofocus>
            {t("ui:leave.stay")}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
