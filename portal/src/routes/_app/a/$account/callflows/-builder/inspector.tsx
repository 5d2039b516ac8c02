/** The form of the selected step, made from the registry; below it what other clients stored and this form does not know. */
import { Button, Select, TextInput } from "@mantine/core";
import { IconChevronDown, IconCopy, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { childrenOf, dataOf, freeKeys, idOf, nodeAt, takesChildren } from "../-model/tree";
import type { FlowProblem, Path } from "../-model/types";
import type { Builder } from "../-model/use-builder";
import { titleOf } from "../-model/use-modules";
import { wordingOf } from "../-model/wording";
import { JsonField, ModuleField } from "../-fields/module-field";
import classes from "./builder.module.css";
import { ModuleIcon } from "./icons";
import { exitName, type Telling } from "./words-of";

interface Props {
  account: string;
  builder: Builder;
  telling: Telling;
  path: Path;
  problems: readonly FlowProblem[];
  onAdd: () => void;
}

export function Inspector({ account, builder, telling, path, problems, onAdd }: Props) {
  const { t, i18n } = useTranslation(["callflows", "ui"]);
  const [more, setMore] = useState(false);
  const node = nodeAt(builder.document.flow, path);
  if (!node) return null;
  const { words, registry, names } = telling;
  const info = registry.get(node.module);
  const data = dataOf(node);
  const id = idOf(path);
  const own = problems.filter((problem) => problem.path === id || (problem.path.startsWith(`${id}.`) && !problem.path.startsWith(`${id}.children.`)));
  const errorOf = (key: string) => {
    const found = own.find((problem) => problem.path === `${id}.data.${key}` || problem.path.startsWith(`${id}.data.${key}.`));
    return found && wordingOf(found, t as never, i18n);
  };
  const loose = own.filter((problem) => !info?.fields.some(({ key }) => problem.path.startsWith(`${id}.data.${key}`)) && problem.code !== "not-found");
  const known = new Set(info?.fields.map(({ key }) => key));
  const foreign = Object.fromEntries(Object.entries(data).filter(([key]) => !known.has(key)));
  const plain = info?.fields.filter(({ advanced }) => !advanced) ?? [];
  const advanced = info?.fields.filter((field) => field.advanced) ?? [];
  const changed = advanced.filter(({ key, default: usual }) => data[key] !== undefined && JSON.stringify(data[key]) !== JSON.stringify(usual));
  const field = (asked: (typeof plain)[number]) => (
    <ModuleField key={`${id} ${asked.key}`} account={account} field={asked} value={data[asked.key]} names={names} onChange={(value) => builder.setData(path, asked.key, value)} error={errorOf(asked.key)} except={asked.of === "callflows" ? builder.document.id : undefined} />
  );

  return (
    <section className={classes.inspector} aria-label={t("inspector.label", { step: words(titleOf(node, registry)) })}>
      <header className={classes.inspectorHead}>
        <span className={classes.stepIcon} aria-hidden>
          <ModuleIcon name={info?.icon} />
        </span>
        <div>
          <h2>{words(titleOf(node, registry))}</h2>
          <p>{info ? words(info.about) : t("unknownHelp", { name: node.module })}</p>
        </div>
      </header>
      {loose.map((problem) => (
        <p key={problem.path + problem.code} className={classes.problemText} data-severity={problem.severity}>
          {wordingOf(problem, t as never, i18n)}
        </p>
      ))}
      {path.length > 0 && <ReachedBy builder={builder} telling={telling} path={path} />}
      {plain.map(field)}
      {info && advanced.length > 0 && (
        <>
          <button type="button" className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
            <IconChevronDown size={16} aria-hidden />
            {changed.length ? t("inspector.moreChanged", { count: changed.length }) : t("inspector.more")}
          </button>
          {more && advanced.map(field)}
        </>
      )}
      {!info && <JsonField label={t("inspector.data")} value={data} rows={8} onChange={(value) => builder.replaceNode(path, { ...node, data: (value as Record<string, unknown>) ?? {} })} />}
      {info && node.module !== "set" && Object.keys(foreign).length > 0 && (
        <JsonField
          label={t("inspector.foreign")}
          description={t("inspector.foreignHelp")}
          value={foreign}
          onChange={(value) => builder.replaceNode(path, { ...node, data: { ...Object.fromEntries(Object.entries(data).filter(([key]) => known.has(key))), ...(value as Record<string, unknown>) } })}
        />
      )}
      {node.module === "set" && <ModuleField account={account} field={{ key: "*", label: { en: "Variables", fr: "Variables" }, help: null, control: "pairs", of: "", choices: [], default: {}, advanced: false }} value={foreign} names={names} onChange={(value) => builder.replaceNode(path, { ...node, data: { ...(data.skip_module ? { skip_module: true } : {}), ...(value as Record<string, unknown>) } })} />}
      <footer className={classes.inspectorFoot}>
        {takesChildren(info) && (
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
            {t("inspector.add")}
          </Button>
        )}
        <Button variant="default" leftSection={<IconCopy size={16} aria-hidden />} onClick={() => builder.copy(path)}>
          {t("inspector.copy")}
        </Button>
        <Button variant="default" color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => builder.removeAt(path)}>
          {t("inspector.remove")}
        </Button>
        {Object.keys(childrenOf(node)).length > 0 && (
          <Button variant="subtle" color="gray" onClick={() => builder.removeAt(path, true)}>
            {t("inspector.removeAll")}
          </Button>
        )}
      </footer>
    </section>
  );
}

/** By which exit of the step before a call comes here. */
function ReachedBy({ builder, telling, path }: { builder: Builder; telling: Telling; path: Path }) {
  const { t } = useTranslation(["callflows", "ui"]);
  const [other, setOther] = useState("");
  const parent = nodeAt(builder.document.flow, path.slice(0, -1));
  const key = path.at(-1) ?? "";
  if (!parent) return null;
  const info = telling.registry.get(parent.module);
  const taken = Object.keys(childrenOf(parent));
  const nameOf = (each: string) => exitName(telling, info, each, false) || t("exit.next");
  const options = [...new Set([key, ...freeKeys(parent, info), ...taken])].map((each) => ({ value: each, label: taken.includes(each) && each !== key ? t("exit.swap", { exit: nameOf(each) }) : nameOf(each) }));
  const free = info?.exits.free || info?.exits.failures || !info;
  if (options.length === 1 && !free) return null;
  return (
    <div className={classes.reached}>
      <Select label={t("inspector.reached", { step: telling.words(titleOf(parent, telling.registry)) })} data={options} value={key} allowDeselect={false} onChange={(next) => next !== null && builder.setKey(path, next)} />
      {free && info?.exits.kind !== "rules" && (
        <TextInput
          label={t("inspector.otherKey")}
          placeholder={t(info?.exits.failures ? "inspector.otherCause" : "inspector.otherDigits")}
          value={other}
          onChange={(event) => setOther(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !other.trim()) return;
            builder.setKey(path, other.trim());
            setOther("");
          }}
        />
      )}
    </div>
  );
}
