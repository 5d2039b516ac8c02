/** The head of the builder: name, numbers, what can be done with the whole flow. */
import { ActionIcon, Button, Menu, TextInput, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconArrowForwardUp, IconArrowLeft, IconBraces, IconDots, IconHistory, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Only } from "@/ui/may";
import { readable } from "@/ui/phone-number";

import type { FlowProblem } from "../-model/types";
import type { Builder } from "../-model/use-builder";
import classes from "./builder.module.css";

interface Props {
  account: string;
  builder: Builder;
  problems: readonly FlowProblem[];
  saving: boolean;
  onSave: () => void;
  onNumbers: () => void;
  onSimulate: () => void;
  onVersions: () => void;
  onProblems: () => void;
  onJson: () => void;
  onDelete: (() => void) | undefined;
}

export function Head({ account, builder, problems, saving, onSave, onNumbers, onSimulate, onVersions, onProblems, onJson, onDelete }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const { document, history, changed } = builder;
  const numbers = [...document.numbers.map(readable), ...(document.patterns ?? [])];
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const step = (what: string | undefined) => (what ? t(`did.${what}` as "did.add", { defaultValue: t("did.setting") }) : "");
  const found = errors ? t("head.errors", { count: errors }) : t("head.warnings", { count: problems.length });
  const rename = (name: string) => builder.edit("name", (doc) => ({ ...doc, name }), true);
  return (
    <header className={classes.head}>
      <Link to="/a/$account/callflows" params={{ account }} className={classes.back} aria-label={t("head.back")}>
        <IconArrowLeft size={18} aria-hidden />
      </Link>
      <h1 className="visually-hidden">{document.name || numbers[0] || t("head.untitled")}</h1>
      <TextInput className={classes.name} aria-label={t("head.name")} placeholder={numbers[0] ?? t("head.untitled")} value={document.name ?? ""} onChange={(event) => rename(event.currentTarget.value)} />
      <button type="button" className={classes.headNumbers} onClick={onNumbers}>
        {numbers.length ? numbers.slice(0, 2).join(", ") + (numbers.length > 2 ? t("head.more", { count: numbers.length - 2 }) : "") : t("head.addNumber")}
      </button>
      <div className={classes.headEnd}>
        <Tooltip label={`${t("ui:undo")} ${step(history.past.at(-1)?.what)} · Ctrl Z`}>
          <ActionIcon variant="default" size={36} aria-label={t("ui:undo")} disabled={history.past.length === 0} onClick={builder.undo}>
            <IconArrowBackUp size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={`${t("head.redo")} ${step(history.future[0]?.what)} · Ctrl ⇧ Z`}>
          <ActionIcon variant="default" size={36} aria-label={t("head.redo")} disabled={history.future.length === 0} onClick={builder.redo}>
            <IconArrowForwardUp size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {problems.length > 0 && (
          <Button variant="default" className={errors ? classes.problemCount : classes.warningCount} onClick={onProblems} aria-label={found}>
            <span className={classes.problemSign} aria-hidden>
              <IconAlertTriangle size={16} /> {errors || problems.length}
            </span>
            <span className={classes.problemWord}>{found}</span>
          </Button>
        )}
        <Button variant="default" onClick={onSimulate} aria-label={t("head.simulate")}>
          <IconPlayerPlay size={16} aria-hidden />
          <span className={classes.simulateWord}>{t("head.simulate")}</span>
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={t("head.others")}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconHistory size={16} aria-hidden />} onClick={onVersions}>
              {t("head.versions")}
            </Menu.Item>
            <Menu.Item leftSection={<IconBraces size={16} aria-hidden />} onClick={onJson}>
              {t("head.json")}
            </Menu.Item>
            {onDelete && (
              <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={onDelete}>
                {t("head.delete")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <Only may="callflows.update">
          <Button onClick={onSave} loading={saving} disabled={!changed}>
            {changed ? t("ui:save") : t("head.saved")}
          </Button>
        </Only>
      </div>
    </header>
  );
}
