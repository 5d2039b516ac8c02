/** The module registry: what the palette offers and what every form asks, as the server describes it. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";

import type { FlowNode, ModuleInfo, Registry, Words } from "./types";
import { dataOf } from "./tree";

export const modulesQuery = (account: string) =>
  queryOptions({
    queryKey: ["account", account, "callflows", "modules"],
    queryFn: async ({ signal }) => (await call<ModuleInfo[]>("GET", urls.getListCallflowModulesUrl(account), { signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  });

const NONE: Registry = new Map();

export function useRegistry(account: string): Registry {
  const modules = useQuery(modulesQuery(account)).data;
  return useMemo(() => (modules ? new Map(modules.map((module) => [module.name, module])) : NONE), [modules]);
}

/** Picks the text in the language one reads. */
export function useWords(): (words: Words | null | undefined) => string {
  const { i18n } = useTranslation();
  const french = i18n.language.startsWith("fr");
  return (words) => (words ? (french ? words.fr : words.en) : "");
}

/** What a step is called: the preset it was made from when it still is one, else its module, else the unknown module's name. */
export function titleOf(node: FlowNode, registry: Registry): Words {
  const info = registry.get(node.module);
  if (!info) return { en: node.module || "?", fr: node.module || "?" };
  const data = dataOf(node);
  const fits = info.presets.find((preset) => Object.entries(preset.data).every(([key, value]) => data[key] === value) && Object.keys(preset.data).length > 0);
  return fits?.title ?? info.title;
}
