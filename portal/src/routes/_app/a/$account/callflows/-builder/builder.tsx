/** The builder: palette, canvas, and at the right what concerns the selected step or the whole flow. */
import { ActionIcon, Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, removeDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";

import { type Loaded, written } from "../-model/api";
import { dropDraft, readDraft } from "../-model/draft";
import { idOf, nodeAt, takesChildren, walk } from "../-model/tree";
import type { FlowNode } from "../-model/types";
import { useBuilder } from "../-model/use-builder";
import { titleOf, useRegistry, useWords } from "../-model/use-modules";
import { useNames } from "../-model/use-names";
import classes from "./builder.module.css";
import { Canvas } from "./canvas";
import { Head } from "./head";
import { Inspector } from "./inspector";
import { JsonDialog } from "./json-dialog";
import { MergeView } from "./merge-view";
import { NumbersDialog } from "./numbers";
import { Palette } from "./palette";
import { Problems } from "./problems";
import { Simulate } from "./simulate";
import { useSave } from "./use-save";
import { Versions } from "./versions";

type Side = "step" | "problems" | "simulate" | "versions";

export function FlowBuilder({ account, flow, loaded }: { account: string; flow: string; loaded: Loaded }) {
  const { t } = useTranslation(["callflows", "ui"]);
  const words = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const registry = useRegistry(account);
  const builder = useBuilder(loaded.document, registry);
  const [said, setSaid] = useState({ count: 0, text: "" });
  /** Undo and redo change the picture somewhere: whoever does not see it is told what was undone. */
  const announcing = (word: "undone" | "redone", step: { what: string } | undefined, act: () => void) => () => {
    if (!step) return;
    act();
    setSaid(({ count }) => ({ count: count + 1, text: t(`head.${word}`, { what: t(`did.${step.what}` as "did.add", { defaultValue: t("did.setting") }) }) }));
  };
  const undo = announcing("undone", builder.history.past.at(-1), builder.undo);
  const redo = announcing("redone", builder.history.future[0], builder.redo);
  const { document, selected } = builder;
  const [side, setSide] = useState<Side>("step");
  const [dialog, setDialog] = useState<"numbers" | "json" | null>(null);
  const [adding, setAdding] = useState(false);
  const [trail, setTrail] = useState<string[] | null>(null);
  const [draft, setDraft] = useState(() => readDraft(account, flow));
  const search = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLElement>(null);
  const saving = useSave(account, flow, loaded, builder, (id) => void navigate({ to: "/a/$account/callflows/$flow", params: { account, flow: id }, replace: true }));

  const used = useMemo(() => [...new Set(walk(document.flow).flatMap(({ node }) => registry.get(node.module)?.refers_to ?? []))].toSorted(), [document.flow, registry]);
  const names = useNames(account, [...used, ...(used.includes("temporal_rules") ? ["temporal_rules_sets"] : []), "media"]);
  const telling = useMemo(() => ({ t, words, names, registry }), [t, words, names, registry]);
  const target = selected && nodeAt(document.flow, selected);
  const parent = target && takesChildren(registry.get(target.module)) ? selected : document.flow && takesChildren(registry.get(document.flow.module)) ? [] : null;
  const parentNode = parent && nodeAt(document.flow, parent);

  const add = (node: FlowNode) => {
    if (document.flow && !parent) return;
    builder.add(parent ?? [], node);
    setAdding(false);
    setSide("step");
  };
  const toPalette = () => {
    setAdding(true);
    requestAnimationFrame(() => search.current?.focus());
  };
  const toForm = () => {
    setSide("step");
    requestAnimationFrame(() => panel.current?.querySelector<HTMLElement>("input, select, textarea, button:not([data-close])")?.focus());
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    const typing = /^(INPUT|TEXTAREA)$/.test((event.target as HTMLElement).tagName);
    const key = event.key.toLowerCase();
    const action = key === "s" ? () => void saving.save() : typing ? undefined : key === "z" ? (event.shiftKey ? redo : undo) : key === "y" ? redo : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  // The picture needs the room of the page list.
  useEffect(() => {
    globalThis.document.documentElement.dataset.wide = "";
    return () => {
      delete globalThis.document.documentElement.dataset.wide;
    };
  }, []);
  // Leaving with unsaved work keeps it as a draft; the browser asks only when the tab closes before it is written.
  useEffect(() => {
    if (!builder.changed) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [builder.changed]);

  const remove = async () => {
    try {
      await removeDoc(account, "callflows", flow);
      dropDraft(account, flow);
      await client.invalidateQueries({ queryKey: ["account", account, "callflows"] });
      await navigate({ to: "/a/$account/callflows", params: { account } });
      tellDone(t("deleted"), () => void createDoc(account, "callflows", written(document)).then(({ id }) => navigate({ to: "/a/$account/callflows/$flow", params: { account, flow: id } }), tellFailure));
    } catch (error) {
      tellFailure(error);
    }
  };
  const shown = side;
  const open = shown !== "step" || selected !== null;
  const titles: Record<Side, string> = { step: t("side.step"), problems: t("side.problems"), simulate: t("side.simulate"), versions: t("side.versions") };

  return (
    <div className={classes.builder} data-side={open || undefined} data-adding={adding || undefined}>
      <Head account={account} builder={{ ...builder, undo, redo }} problems={saving.problems} saving={saving.saving} onSave={() => void saving.save()} onNumbers={() => setDialog("numbers")} onSimulate={() => setSide("simulate")} onVersions={() => setSide("versions")} onProblems={() => setSide("problems")} onJson={() => setDialog("json")} onDelete={flow === "new" ? undefined : () => void remove()} />
      <output className="visually-hidden" aria-label={t("head.announced")}>
        <span key={said.count}>{said.text}</span>
      </output>
      {draft && (
        <output className={classes.draft}>
          <span>{t("draft.found", { when: new Date(draft.at).toLocaleString() })}</span>
          <Button size="compact-sm" onClick={() => (builder.edit("draft", () => ({ ...draft.document, id: document.id, metadata: document.metadata })), setDraft(null))}>
            {t("draft.restore")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => (dropDraft(account, flow), setDraft(null))}>
            {t("draft.discard")}
          </Button>
        </output>
      )}
      <Palette registry={registry} after={parentNode ? words(titleOf(parentNode, registry)) : null} onAdd={add} search={search} onClose={() => setAdding(false)} />
      <Canvas builder={builder} telling={telling} problems={saving.problems} trail={trail} onAdd={toPalette} onEdit={toForm} />
      {open && (
        <aside ref={panel} className={classes.side} aria-label={titles[shown]}>
          <div className={classes.sideHead}>
            <strong>{titles[shown]}</strong>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={32}
              data-close
              aria-label={t("ui:close")}
              onClick={() => {
                if (shown === "step") builder.select(null);
                setSide("step");
                setTrail(null);
              }}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </div>
          {shown === "step" && selected && <Inspector key={idOf(selected)} account={account} builder={builder} telling={telling} path={selected} problems={saving.problems} onAdd={toPalette} />}
          {shown === "problems" && <Problems builder={{ ...builder, select: (path) => (builder.select(path), setSide("step")) }} telling={telling} problems={saving.problems} onNumbers={() => setDialog("numbers")} />}
          {shown === "simulate" && <Simulate account={account} builder={builder} telling={telling} onTrail={setTrail} />}
          {shown === "versions" && <Versions account={account} flow={flow} current={saving.revision} telling={telling} unsaved={builder.changed} onRestored={saving.adopt} />}
        </aside>
      )}
      <NumbersDialog account={account} builder={builder} problems={saving.problems} opened={dialog === "numbers"} onClose={() => setDialog(null)} />
      {dialog === "json" && <JsonDialog builder={builder} onClose={() => setDialog(null)} />}
      {saving.clash && <MergeView base={saving.base} mine={document} theirs={saving.clash} onMerged={(merged, revision) => void saving.save(merged, revision)} onTheirs={saving.adopt} onClose={saving.closeClash} />}
    </div>
  );
}
