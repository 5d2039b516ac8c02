/** Words for what hangs together in a flow: the exits of a step, and one line of what it is set to. */
import type { TFunction } from "i18next";

import { CAUSES, dataOf, WILDCARD } from "../-model/tree";
import type { FlowNode, ModuleInfo, Registry, Words } from "../-model/types";

export interface Telling {
  t: TFunction<["callflows", "ui"]>;
  words: (words: Words | null | undefined) => string;
  names: ReadonlyMap<string, string>;
  registry: Registry;
}

const isCause = (key: string): key is (typeof CAUSES)[number] => CAUSES.includes(key);

/** What an exit of `parent` is called. `alone`: it is the only child, so that a plain "next" needs no words. */
export function exitName({ t, words, names }: Telling, info: ModuleInfo | undefined, key: string, alone: boolean): string {
  if (key === "") return "";
  const named = info?.exits.keys.find((each) => each.key === key);
  if (named) return words(named);
  const ringing = info?.exits.failures ?? false;
  const branches = info?.exits.free ?? false;
  if (key === WILDCARD) return ringing ? t("exit.unanswered") : branches && !alone ? t("exit.otherwise") : alone ? "" : t("exit.otherwise");
  if (info?.exits.kind === "digits") return t("exit.key", { key });
  if (isCause(key)) return t(`cause.${key as "NO_ANSWER"}`);
  return names.get(key) ?? key;
}

/** One line of what a step does: the document it points at, else its first setting that is not the usual one. */
export function settingOf({ t, words, names }: Telling, node: FlowNode, info: ModuleInfo | undefined): string {
  const data = dataOf(node);
  if (!info) return t("unknownModule");
  for (const field of info.fields) {
    const value = data[field.key];
    if ((field.control === "document" || field.control === "media") && typeof value === "string" && value) return names.get(value) ?? (field.control === "media" ? value.replace(/^system_media\//, "") : t("missing"));
    if (field.control === "members" && Array.isArray(value)) return t("members", { count: value.length });
    if (field.control === "documents" && Array.isArray(value) && value.length) return value.map((id) => names.get(String(id)) ?? t("missing")).join(", ");
  }
  for (const field of info.fields) {
    const value = data[field.key];
    if (field.advanced || value === undefined || value === "" || value === null || typeof value === "object" || value === field.default) continue;
    const choice = field.choices.find((each) => each.value === value);
    return choice ? words(choice) : typeof value === "boolean" ? words(field.label) : `${words(field.label)}: ${String(value)}`;
  }
  return info.fields.some(({ control, advanced }) => control === "document" && !advanced) ? t("notChosen") : "";
}
