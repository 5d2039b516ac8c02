/** The way of a simulated call, step by step: what happened, who rang, why it went on there. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { readable } from "@/ui/phone-number";

import type { Act, Leg, Step, Tried, Way } from "../-model/api";
import type { Path } from "../-model/types";
import classes from "./builder.module.css";
import { exitName, type Telling } from "./words-of";

interface Props {
  tried: Tried;
  /** Id of the flow on the canvas; steps of others are told as such. */
  own: string;
  telling: Telling;
  account: string;
  onSelect: (path: Path) => void;
}

const pathOf = (text: string): Path => (text === "flow" ? [] : text.replace(/^flow\.children\./, "").split(".children."));

export function Steps({ tried, own, telling, account, onSelect }: Props) {
  const { t, i18n } = useTranslation(["callflows", "ui"]);
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium", timeZone: tried.timezone });
  return (
    <>
      {!tried.refused && (
        <p className={classes.from}>
          {t("simulate.shown", { caller: [tried.caller.name, readable(tried.caller.number)].filter(Boolean).join(" · ") || t("simulate.unknownCaller") })}
          {tried.flow && tried.flow.id !== own && (
            <>
              {" "}
              <Link to="/a/$account/callflows/$flow" params={{ account, flow: tried.flow.id }}>
                {t("simulate.elsewhere", { flow: tried.flow.name || tried.flow.id.slice(0, 8) })}
              </Link>
            </>
          )}
        </p>
      )}
      <WayOf way={tried} number={tried.dialled} own={own} telling={telling} time={time} onSelect={onSelect} />
    </>
  );
}

interface WayProps extends Pick<Props, "own" | "telling" | "onSelect"> {
  way: Way;
  /** What was dialled to come here. */
  number: string;
  time: Intl.DateTimeFormat;
}

/** A call's steps and its end; a forwarded leg inside has a way of its own, drawn the same. */
function WayOf({ way, number, ...shared }: WayProps) {
  const { t } = useTranslation(["callflows", "ui"]);
  const { own, telling, time, onSelect } = shared;
  if (way.refused) return <p className={classes.problemText} data-severity="error">{t("simulate.refused", { code: way.refused.code, number: readable(number) })}</p>;
  return (
    <>
      <ol className={classes.steps}>
        {way.steps.map((step, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a call may come by a step twice; its place is what tells them apart
          <li key={index}>
            <button type="button" className={classes.stepLine} disabled={step.flow_id !== own} onClick={() => onSelect(pathOf(step.path))}>
              <span className={classes.stepPlace}>{index + 1}</span>
              <span>
                <strong>{moduleTitle(step, telling)}</strong>
                {step.flow_id !== own && <small>{t("simulate.inFlow", { flow: step.flow_name || step.flow_id.slice(0, 8) })}</small>}
              </span>
              <time className="tabular">{time.format(new Date(step.at))}</time>
            </button>
            <ul className={classes.reasons}>
              {step.reasons.map((reason) => (
                <li key={reason.rule} data-yes={reason.in_force || undefined}>
                  {t(reason.forced === null ? (reason.in_force ? "why.inForce" : "why.notInForce") : reason.in_force ? "why.forcedOn" : "why.forcedOff", { rule: reason.name })}
                </li>
              ))}
              {once(step.acts).map((act, place) => (
                // oxlint-disable-next-line react/no-array-index-key -- acts have no other name than their place
                <ActLine key={place} act={act} {...shared} />
              ))}
              {step.notes.map((note) => (
                <li key={note.kind + note.detail} data-note>
                  {t(`note.${note.kind as "skip"}`, { detail: note.detail })}
                </li>
              ))}
              {step.exit ? <li data-exit>{t("why.left", { exit: exitName(telling, telling.registry.get(step.module), step.exit, false) || t("exit.next") })}</li> : null}
            </ul>
          </li>
        ))}
      </ol>
      {way.end && <p className={classes.ended}>{t(`end.${way.end.reason as "hung-up"}`, { cause: t(`cause.${way.end.cause as "NO_ANSWER"}`, { defaultValue: way.end.cause }) })}</p>}
    </>
  );
}

/** What happens several times in a row is told once. */
const once = (acts: readonly Act[]) => acts.filter((act, place) => JSON.stringify(act) !== JSON.stringify(acts[place - 1]));

function moduleTitle(step: Step, { registry, words }: Telling): string {
  const info = registry.get(step.module);
  return info ? words(info.title) : step.module;
}

type Shared = Omit<WayProps, "way" | "number">;

function ActLine({ act, ...shared }: Shared & { act: Act }) {
  const { t } = useTranslation(["callflows", "ui"]);
  const sounds = act.sounds?.map(({ name }) => name).filter(Boolean).join(", ");
  switch (act.do) {
    case "ring":
      return (
        <li>
          {t(`act.ring_${(act.outcome ?? "nobody") as "nobody"}`, { seconds: Math.round(act.seconds ?? 0) })}
          <ul className={classes.legs}>
            {act.legs?.map((leg) => (
              <LegLine key={leg.id} leg={leg} {...shared} />
            ))}
          </ul>
        </li>
      );
    case "collect":
      return <li>{act.asked ? t("act.asked", { sounds: sounds || t("act.silence") }) : t("act.dialled", { digits: act.digits })}</li>;
    case "play":
      return <li>{t(act.loop ? "act.loop" : "act.play", { sounds: sounds || t("act.silence") })}</li>;
    case "wait":
      return <li>{t("act.wait", { seconds: act.seconds })}</li>;
    case "record":
      return <li>{t("act.record")}</li>;
    case "reject":
      return <li>{t("act.reject", { code: act.code })}</li>;
    case "change":
      return <li data-note>{t("act.change", { what: act.request })}</li>;
    case "stay":
      return <li>{t("act.stay")}</li>;
    default:
      return null;
  }
}

function LegLine({ leg, ...shared }: Shared & { leg: Leg }) {
  const { t } = useTranslation(["callflows", "ui"]);
  const who = leg.to === "device" ? [leg.owner, leg.name].filter(Boolean).join(" · ") : leg.to === "trunk" ? t("leg.trunk", { trunk: leg.name, number: readable(leg.number ?? "") }) : t("leg.number", { number: readable(leg.name) });
  const shown = [leg.caller.name, readable(leg.caller.number)].filter(Boolean).join(" · ");
  return (
    <li>
      <strong>{who}</strong>
      <small>{[leg.delay ? t("leg.after", { seconds: leg.delay }) : "", t("leg.for", { seconds: Math.round(leg.seconds) }), leg.confirm ? t("leg.confirm") : "", shown ? t("leg.shown", { caller: shown }) : ""].filter(Boolean).join(" · ")}</small>
      {leg.then && (
        <details className={classes.then}>
          <summary>{leg.then.flow ? t("leg.then", { flow: leg.then.flow.name || leg.then.flow.id.slice(0, 8) }) : t("leg.thenNothing")}</summary>
          <WayOf way={leg.then} number={leg.number ?? leg.name} {...shared} />
        </details>
      )}
    </li>
  );
}
