/** What can be put into a flow: the registry's modules by group, with search. Drag one onto a step, or Enter puts it after the selected one. */
import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { contains } from "@/ui/list/columns";

import type { FlowNode, Registry } from "../-model/types";
import { useWords } from "../-model/use-modules";
import classes from "./builder.module.css";
import { ModuleIcon } from "./icons";

export const DRAG_TYPE = "application/x-qvoice-step";

/** Groups people need first; the others follow by name. */
const FIRST = ["Basic", "Ring groups", "Time of day"];

interface Entry {
  id: string;
  title: string;
  about: string;
  icon: string;
  node: FlowNode;
}

interface Props {
  registry: Registry;
  /** Where a chosen module goes, for screen readers and the hint. */
  after: string | null;
  onAdd: (node: FlowNode) => void;
  search: RefObject<HTMLInputElement | null>;
  /** Closes it where it lies over the canvas (phones). */
  onClose: () => void;
}

export function Palette({ registry, after, onAdd, search, onClose }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const words = useWords();
  const [text, setText] = useState("");
  const groups = useMemo(() => {
    const found = new Map<string, { title: string; entries: Entry[] }>();
    for (const module of registry.values()) {
      const presets = module.presets.length ? module.presets : [{ title: module.title, data: {} }];
      for (const [index, preset] of presets.entries()) {
        const title = words(preset.title);
        if (text && !contains(text, title, module.name, words(module.about))) continue;
        const group = found.get(module.group.id) ?? { title: words(module.group), entries: [] };
        group.entries.push({ id: `${module.name} ${index}`, title, about: words(module.about), icon: module.icon, node: { module: module.name, data: { ...preset.data }, children: {} } });
        found.set(module.group.id, group);
      }
    }
    const weight = (id: string) => (FIRST.includes(id) ? FIRST.indexOf(id) : id === "Advanced" ? 99 : 9);
    return [...found].toSorted(([one, a], [other, b]) => weight(one) - weight(other) || a.title.localeCompare(b.title));
  }, [registry, text, words]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const entries = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-entry]")];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const next = at + step;
    if (next < 0) search.current?.focus();
    else entries[Math.min(next, entries.length - 1)]?.focus();
  };
  const first = groups[0]?.[1].entries[0];

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between the buttons inside
    <section className={classes.palette} aria-label={t("palette.label")} onKeyDown={onKeyDown}>
      <div className={classes.paletteClose}>
        <CloseButton aria-label={t("ui:close")} onClick={onClose} />
      </div>
      <TextInput
        ref={search}
        className={classes.paletteSearch}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && first) onAdd(first.node);
          if (event.key === "Escape" && text) setText("");
        }}
        placeholder={t("palette.search")}
        aria-label={t("palette.search")}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        rightSection={text ? <CloseButton size="sm" aria-label={t("ui:clear")} onClick={() => setText("")} /> : undefined}
      />
      <p className={classes.paletteHint}>{after === null ? t("palette.hintFirst") : t("palette.hint", { step: after })}</p>
      <div className={classes.paletteList}>
        {groups.map(([id, group]) => (
          <div key={id}>
            <h2 className={classes.paletteGroup}>{group.title}</h2>
            <ul>
              {group.entries.map((entry) => (
                  <li key={entry.id}>
                    <button
                      type="button"
                      className={classes.entry}
                      data-entry
                      title={entry.about}
                      draggable
                      onDragStart={(event) => {
                        event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(entry.node));
                        event.dataTransfer.effectAllowed = "copy";
                      }}
                      onClick={() => onAdd(entry.node)}
                    >
                      <ModuleIcon name={entry.icon} />
                      {entry.title}
                    </button>
                  </li>
              ))}
            </ul>
          </div>
        ))}
        {groups.length === 0 && <p className={classes.none}>{t("palette.nothing", { text })}</p>}
      </div>
    </section>
  );
}
