/** Somebody else saved meanwhile: what they changed, what both changed, and one choice for each of those. Nothing is overwritten unseen. */
import { Button, SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "@/ui/side-panel";

import { type Loaded, written } from "../-model/api";
import { choose, merge } from "../-model/merge";
import type { Callflow } from "../-model/types";
import classes from "./builder.module.css";

interface Props {
  base: Callflow;
  mine: Callflow;
  theirs: Loaded;
  onMerged: (document: Callflow, revision: number) => void;
  onTheirs: (theirs: Loaded) => void;
  onClose: () => void;
}

const short = (value: unknown) => (value === undefined ? "—" : (JSON.stringify(value) ?? "—").slice(0, 160));

export function MergeView({ base, mine, theirs, onMerged, onTheirs, onClose }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const { merged, conflicts } = useMemo(() => merge(written(base), written(mine), written(theirs.document)), [base, mine, theirs]);
  const [taken, setTaken] = useState<Record<string, "mine" | "theirs">>({});
  const result = () => {
    let document = merged as Callflow;
    for (const { path, theirs: other } of conflicts) if (taken[path] === "theirs") document = choose(document, path, other);
    return { ...document, id: mine.id, metadata: theirs.document.metadata } as Callflow;
  };
  return (
    <Dialog opened onClose={onClose} title={t("merge.title")} size={640}>
      <div className={classes.merge}>
        <p>{conflicts.length ? t("merge.conflicts", { count: conflicts.length }) : t("merge.clean")}</p>
        <ul>
          {conflicts.map(({ path, mine: ours, theirs: other }) => (
            <li key={path}>
              <code>{path}</code>
              <dl>
                <dt>{t("merge.mine")}</dt>
                <dd>{short(ours)}</dd>
                <dt>{t("merge.theirs")}</dt>
                <dd>{short(other)}</dd>
              </dl>
              <SegmentedControl
                aria-label={t("merge.choose", { path })}
                value={taken[path] ?? "mine"}
                onChange={(next) => setTaken({ ...taken, [path]: next as "mine" | "theirs" })}
                data={[
                  { value: "mine", label: t("merge.keepMine") },
                  { value: "theirs", label: t("merge.keepTheirs") },
                ]}
              />
            </li>
          ))}
        </ul>
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => onTheirs(theirs)}>
            {t("merge.discard")}
          </Button>
          <Button onClick={() => onMerged(result(), theirs.revision)}>{t("merge.save")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
