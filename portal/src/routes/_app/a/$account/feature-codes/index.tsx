/** Feature codes: short numbers that do something. Each is switched on and off in place, and may be another number. */
import { Button, Switch, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { callflowsQuery, type CallflowRow, createDoc, explanation, Problem, readDoc, removeDoc, replaceDoc } from "@/api";
import { type Code, codeFlow, CODES, dialled } from "@/pbx/codes";
import { makeCodes } from "@/pbx/make-codes";
import { type Callflow, writable } from "@/pbx/nodes";
import { useModules } from "@/pbx/use-modules";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { Only, useMayChange } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-codes.module.css";

export const Route = createFileRoute("/_app/a/$account/feature-codes/")({ component: FeatureCodes });

const GROUPS = ["messages", "forwarding", "answering", "parking", "desk", "privacy"] as const;
type CodeRow = CallflowRow & { featurecode: Record<string, string> };

function FeatureCodes() {
  const { t } = useTranslation(["feature-codes", "ui"]);
  const { account } = Route.useParams();
  const flows = useQuery(callflowsQuery(account));
  const modules = useModules();
  const made = (flows.data ?? []).filter((flow): flow is CodeRow => Boolean(flow.featurecode));
  const offered = CODES.filter(({ flow }) => modules?.has(flow.module));
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ["account", account, "callflows"] });
  const all = async () => {
    setBusy(true);
    try {
      const fresh = await makeCodes(account);
      const takeBack = () => {
        Promise.all(fresh.map((id) => removeDoc(account, "callflows", id))).then(refresh, tellFailure);
      };
      tellDone(t("allOn", { count: fresh.length }), takeBack);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  const foreign = made.filter((flow) => !CODES.some(({ name }) => name === flow.featurecode.name));
  if (flows.error) return <ErrorState error={flows.error} onRetry={() => void flows.refetch()} />;
  return (
    <div className={page.narrow}>
      <PageHeader title={t("title")} about={t("about")}>
        {flows.data && offered.some(({ name }) => !made.some((flow) => flow.featurecode.name === name)) && (
          <Only may="callflows.create">
            <Button variant="default" loading={busy} onClick={() => void all()}>
              {t("all")}
            </Button>
          </Only>
        )}
      </PageHeader>
      {(!flows.data || !modules) && (
        <div className={`${page.card} ${page.body}`}>
          <Skeleton width={240} />
        </div>
      )}
      {flows.data &&
        GROUPS.filter((group) => offered.some((code) => code.group === group)).map((group) => (
          <section key={group} className={`${page.card} ${classes.group}`} aria-labelledby={group}>
            <h2 id={group}>{t(`group.${group}`)}</h2>
            <ul>
              {offered
                .filter((code) => code.group === group)
                .map((code) => (
                  <CodeLine key={code.name} account={account} code={code} flow={made.find((flow) => flow.featurecode.name === code.name)} all={flows.data} />
                ))}
            </ul>
          </section>
        ))}
      {foreign.length > 0 && (
        <section className={`${page.card} ${classes.group}`} aria-labelledby="others">
          <h2 id="others">{t("group.others")}</h2>
          <ul>
            {foreign.map((flow) => (
              <li key={flow.id}>
                <div>
                  <p className={classes.name}>{flow.name ?? flow.featurecode.name}</p>
                  <p className={classes.help}>{t("foreign")}</p>
                </div>
                <code>*{flow.featurecode.number}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

interface LineProps {
  account: string;
  code: Code;
  flow: CodeRow | undefined;
  all: readonly CallflowRow[];
}

function CodeLine({ account, code, flow, all }: LineProps) {
  const { t } = useTranslation(["feature-codes", "ui"]);
  const client = useQueryClient();
  const may = useMayChange().update;
  const number = flow?.featurecode.number ?? code.number;
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const name = t(`code.${code.id as "pickup"}.name`);

  const act = async (work: () => Promise<void>, told: string, undo: () => Promise<void>) => {
    setBusy(true);
    setWrong(undefined);
    try {
      await work();
      setTyped(null);
      tellDone(told, () => void act(undo, t("undone"), work));
    } catch (error) {
      setWrong(error instanceof Problem ? (Object.values(error.fields)[0] ?? t(`ui:${explanation(error)}`)) : t("ui:problem.unexpected"));
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ["account", account, "callflows"] });
    }
  };
  const make = async () => {
    await createDoc(account, "callflows", codeFlow(code, number));
  };
  const drop = async () => {
    const rows = await client.fetchQuery({ ...callflowsQuery(account), staleTime: 0 });
    const found = rows.find((row) => row.featurecode && row.featurecode.name === code.name);
    if (found) await removeDoc(account, "callflows", found.id);
  };
  const renumber = (to: string) => async () => {
    if (!flow) return;
    const doc = await readDoc<Callflow>(account, "callflows", flow.id);
    const { numbers, patterns, featurecode, name: title } = codeFlow(code, to) as Callflow;
    await replaceDoc(account, "callflows", flow.id, { ...writable(doc), numbers: numbers ?? [], patterns: patterns ?? [], featurecode, name: title });
  };
  const finish = () => {
    const next = (typed ?? number).replace(/^\*/, code.id === "leave" ? "*" : "");
    if (typed === null || next === number) {
      setTyped(null);
      return;
    }
    if (!/^[\d*]{1,6}$/.test(next)) setWrong(t("numberWrong"));
    else if (all.some((row) => row.id !== flow?.id && row.featurecode && row.featurecode.number === next)) setWrong(t("numberTaken", { number: dialled(code, next) }));
    else void act(renumber(next), t("changed", { name, number: dialled(code, next) }), renumber(number));
  };
  return (
    <li data-off={!flow || undefined}>
      <div>
        <p className={classes.name}>{name}</p>
        <p className={classes.help}>{t(`code.${code.id as "pickup"}.help`)}</p>
        {wrong && (
          <p className={classes.wrong} role="alert">
            {wrong}
          </p>
        )}
      </div>
      <span className={classes.dial}>
        <TextInput
          aria-label={t("number", { name })}
          w={72}
          leftSection={code.bare ? undefined : <span aria-hidden>*</span>}
          leftSectionWidth={code.bare ? undefined : 28}
          value={typed ?? number}
          disabled={!flow || busy || !may}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={finish}
          onKeyDown={(event) => {
            if (event.key === "Enter") finish();
            if (event.key === "Escape") setTyped(null);
          }}
        />
        {code.digits && <span className={classes.help}>{t(`digits.${code.digits}`)}</span>}
      </span>
      <Switch
        checked={Boolean(flow)}
        disabled={busy || !may}
        aria-label={name}
        onChange={(event) => (event.currentTarget.checked ? void act(make, t("on", { name, number: dialled(code, number) }), drop) : void act(drop, t("off", { name }), make))}
      />
    </li>
  );
}
