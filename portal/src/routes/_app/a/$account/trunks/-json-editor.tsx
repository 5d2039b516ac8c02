/** The trunk's JSON as text: checked while one types, by the browser for its form and by the API for its sense. */
import { Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, Problem, urls } from "@/api";
import type { Draft } from "@/ui/form/use-draft";

import type { Trunk } from "./-trunk";
import classes from "./-trunks.module.css";

/** What the API says about a document it is not asked to keep. */
function useJudged(trunk: Trunk): Record<string, string> {
  const [settled] = useDebouncedValue(trunk, 400);
  return (
    useQuery({
      queryKey: ["judged", "resources", settled],
      queryFn: async ({ signal }): Promise<Record<string, string>> => {
        try {
          await call("PUT", urls.getValidateSchemaUrl("resources"), { body: settled, signal });
          return {};
        } catch (error) {
          if (error instanceof Problem && error.status === 400) return error.fields;
          throw error;
        }
      },
      staleTime: 60_000,
    }).data ?? {}
  );
}

export function JsonEditor({ draft, onBroken }: { draft: Draft<{ trunk: Trunk }>; onBroken: (broken: boolean) => void }) {
  const { t } = useTranslation("trunks");
  const [text, setText] = useState(() => JSON.stringify(draft.value.trunk, null, 2));
  const [problem, setProblem] = useState<string | null>(null);
  const judged = useJudged(draft.value.trunk);
  const problems = { ...judged, ...Object.fromEntries(Object.entries(draft.errors).map(([path, why]) => [path.replace(/^trunk\./, ""), why])) };
  const type = (next: string) => {
    setText(next);
    try {
      const parsed: unknown = JSON.parse(next);
      if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new SyntaxError(t("json.object"));
      draft.change(() => ({ trunk: { gateways: [], name: "", ...parsed } }));
      draft.setErrors({});
      setProblem(null);
      onBroken(false);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      setProblem(error.message);
      onBroken(true);
    }
  };
  return (
    <>
      <Textarea label={t("json.label")} description={t("json.help")} classNames={{ input: classes.json }} rows={24} spellCheck={false} value={text} onChange={(event) => type(event.currentTarget.value)} error={problem && t("json.wrong", { problem })} data-autofocus />
      {!problem && (
        <div aria-live="polite">
          {Object.keys(problems).length === 0 ? (
            <p className={classes.fine}>{t("json.fine")}</p>
          ) : (
            <ul className={classes.problems}>
              {Object.entries(problems).map(([path, why]) => (
                <li key={path}>
                  <code>{path}</code> {why}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </>
  );
}
