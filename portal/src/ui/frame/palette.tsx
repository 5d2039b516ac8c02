/** The command palette: type a few letters of anything and jump there. A combobox over a listbox, so screen readers follow. */
import { Modal } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { useEntries } from "./use-entries";
import classes from "./palette.module.css";

export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={opened} onClose={onClose} size={560} padding={0} yOffset="12dvh" transitionProps={{ duration: 80 }} lockScroll={false}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={t("palette.title")}>
        <PaletteBody onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const entries = useEntries(text);
  const at = Math.min(chosen, entries.length - 1);

  const run = (index: number) => {
    const entry = entries[index];
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length) {
      event.preventDefault();
      const next = (at + step + entries.length) % entries.length;
      setChosen(next);
      document.getElementById(`${list}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(at);
    }
  };

  return (
    <>
      <div className={classes.field}>
        <IconSearch size={18} stroke={1.6} aria-hidden />
        <input
          data-autofocus
          className={classes.input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
          placeholder={t("palette.placeholder")}
          aria-label={t("palette.title")}
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={entries.length ? `${list}-${at}` : undefined}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select cannot hold groups with hints */}
      <div className={classes.list} id={list} role="listbox" aria-label={t("palette.title")}>
        {entries.map((entry, index) => (
          <div key={`${entry.kind}-${entry.id}`} role="presentation">
            {entry.kind !== entries[index - 1]?.kind && (
              <p className={classes.kind} role="presentation">
                {t(`palette.${entry.kind}`)}
              </p>
            )}
            {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus, jsx-a11y/prefer-tag-over-role -- the input has the focus and the keys */}
            <div id={`${list}-${index}`} role="option" aria-selected={index === at} className={classes.option} onClick={() => run(index)} onMouseMove={() => setChosen(index)}>
              <span className={classes.label}>{entry.label}</span>
              {entry.hint && <span className={classes.hint}>{entry.hint}</span>}
            </div>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={classes.nothing}>{t("palette.nothing", { text })}</p>}
      <p className={classes.foot}>{t("palette.hint")}</p>
    </>
  );
}
