/** Saving: explicit, live on the next call, never over somebody else's change. And the draft kept in this browser until then. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";

import { checkFlow, type Loaded, readFlow, restoreVersion, saveFlow } from "../-model/api";
import { dropDraft, keepDraft } from "../-model/draft";
import type { Callflow, FlowProblem } from "../-model/types";
import type { Builder } from "../-model/use-builder";

interface Saving {
  saving: boolean;
  revision: number;
  /** What the server has to say to the flow as it is shown. */
  problems: readonly FlowProblem[];
  /** Set when somebody else saved meanwhile: what is stored now. */
  clash: Loaded | null;
  base: Callflow;
  save: (document?: Callflow, revision?: number) => Promise<void>;
  adopt: (loaded: Loaded) => void;
  closeClash: () => void;
}

const CHECK_MS = 350;
const DRAFT_MS = 400;

export function useSave(account: string, flow: string, loaded: Loaded, builder: Builder, onCreated: (id: string) => void): Saving {
  const { t } = useTranslation(["callflows", "ui"]);
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const [at, setAt] = useState(loaded);
  const [problems, setProblems] = useState<readonly FlowProblem[]>([]);
  const [clash, setClash] = useState<Loaded | null>(null);
  const { document, changed } = builder;
  const keep = useRef(builder);
  useLayoutEffect(() => {
    keep.current = builder;
  });

  useEffect(() => {
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      if (document.flow) checkFlow(account, document, stop.signal).then(setProblems, (error: unknown) => (error instanceof DOMException ? undefined : tellFailure(error)));
      else setProblems([]);
    }, CHECK_MS);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [account, document]);

  useEffect(() => {
    if (!changed) return undefined;
    const write = () => keepDraft(account, flow, { revision: at.revision, at: Date.now(), document });
    const timer = window.setTimeout(write, DRAFT_MS);
    window.addEventListener("pagehide", write);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener("pagehide", write);
    };
  }, [account, flow, document, changed, at.revision]);

  const adopt = useCallback(
    (next: Loaded) => {
      setAt(next);
      setClash(null);
      dropDraft(account, flow);
      keep.current.reset(next.document);
    },
    [account, flow],
  );

  const save = async (given?: Callflow, revision = at.revision) => {
    const sent = given ?? keep.current.document;
    if (!sent.flow) {
      tellFailure(new Problem(400, "no flow", {}, null));
      return;
    }
    setSaving(true);
    try {
      const stored = await saveFlow(account, flow, sent, revision);
      setAt(stored);
      setClash(null);
      dropDraft(account, flow);
      keep.current.saved(stored.document);
      for (const collection of ["callflows", "phone_numbers"]) void client.invalidateQueries({ queryKey: ["account", account, collection], predicate: ({ queryKey }) => queryKey[3] !== "document" });
      const undoTo = flow === "new" ? undefined : revision;
      tellDone(t("saved.live"), undoTo === undefined ? undefined : () => void restoreVersion(account, flow, undoTo).then(adopt, tellFailure));
      if (flow === "new" && stored.document.id) onCreated(stored.document.id);
    } catch (error) {
      if (error instanceof Problem && error.status === 409) setClash(await readFlow(account, flow));
      else if (error instanceof Problem && error.status === 400) setProblems(Object.entries(error.fields).map(([path, message]) => ({ path, code: "refused", message, severity: "error" })));
      if (!(error instanceof Problem && error.status === 409)) tellFailure(error);
    } finally {
      setSaving(false);
    }
  };
  return { saving, revision: at.revision, problems, clash, base: at.document, save, adopt, closeClash: () => setClash(null) };
}
