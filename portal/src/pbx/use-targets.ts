/** Everything a call can be sent to, by name: the choices of every "then" select, and the words for a node that is there. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { callflowsQuery, listQuery, usersQuery, voicemailBoxesQuery } from "@/api";
import { userName } from "@/ui/frame/palette-entries";
import { readable } from "@/ui/phone-number";

import type { Target } from "./nodes";

interface Named {
  id: string;
  name: string;
}

export interface Targets {
  /** For a Select: grouped. */
  data: { group: string; items: { value: Target; label: string }[] }[];
  /** What a target is called; its module's name when the document is unknown. */
  nameOf: (target: Target | undefined) => string;
}

const extension = (numbers: readonly string[]) => numbers.filter((number) => /^[\d*]+$/.test(number)).join(", ");

/** The targets of an account. `own` is a flow that must not be offered (a flow that calls itself never ends). */
export function useTargets(account: string, own?: string): Targets {
  const { t } = useTranslation();
  const users = useQuery(usersQuery(account)).data ?? [];
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const boxes = useQuery(voicemailBoxesQuery(account)).data ?? [];
  const directories = useQuery(listQuery<Named>(account, "directories")).data ?? [];
  const groups = useQuery(listQuery<Named>(account, "groups")).data ?? [];
  const conferences = useQuery(listQuery<Named>(account, "conferences")).data ?? [];
  const devices = useQuery(listQuery<Named>(account, "devices")).data ?? [];
  const menus = useQuery(listQuery<Named>(account, "menus")).data ?? [];
  const media = useQuery(listQuery<Named>(account, "media")).data ?? [];

  const nameOfUser = new Map(users.map((user) => [user.id, userName(user)]));
  const nameOfGroup = new Map(groups.map(({ id, name }) => [id, name]));
  const label = (name: string, numbers: readonly string[]) => [name, extension(numbers)].filter(Boolean).join(" · ");
  const ofFlow = (flow: (typeof flows)[number]) =>
    label((flow.owner_id && nameOfUser.get(flow.owner_id)) || (flow.type === "userGroup" && flow.group_id && nameOfGroup.get(flow.group_id)) || flow.name || flow.numbers.map(readable).join(", "), flow.numbers);
  const item = (value: Target, name: string) => ({ value, label: name });
  const people = flows.filter((flow) => flow.owner_id && nameOfUser.has(flow.owner_id) && flow.type === "mainUserCallflow");
  const others = flows.filter((flow) => !["mainUserCallflow", "userGroup", "baseGroup", "main", "conference", "faxing"].includes(flow.type ?? "") && !flow.featurecode && !flow.numbers.includes("no_match") && flow.numbers.length > 0);
  const toFlow = (rows: typeof flows) => rows.filter(({ id }) => id !== own).map((flow) => item(`callflow:${flow.id}`, ofFlow(flow)));
  const data = [
    { group: t("target.people"), items: toFlow(people) },
    { group: t("target.groups"), items: toFlow(flows.filter(({ type }) => type === "userGroup")) },
    { group: t("target.voicemail"), items: boxes.map((box) => item(`voicemail:${box.id}`, `${box.name} · ${box.mailbox}`)) },
    { group: t("target.directory"), items: directories.map(({ id, name }) => item(`directory:${id}`, name)) },
    { group: t("target.conference"), items: conferences.map(({ id, name }) => item(`conference:${id}`, name)) },
    { group: t("target.play"), items: media.map(({ id, name }) => item(`play:${id}`, name)) },
    { group: t("target.others"), items: toFlow(others) },
  ].filter(({ items }) => items.length > 0);

  const names = new Map<string, string>([
    ...data.flatMap(({ items }) => items.map(({ value, label }) => [value, label] as const)),
    ...flows.map((flow) => [`callflow:${flow.id}`, ofFlow(flow)] as const),
    ...users.map((user) => [`user:${user.id}`, userName(user)] as const),
    ...devices.map(({ id, name }) => [`device:${id}`, name] as const),
    ...menus.map(({ id, name }) => [`menu:${id}`, name] as const),
    ["hangup", t("target.hangup")],
  ]);
  return { data, nameOf: (target) => (target ? (names.get(target) ?? t("target.module", { name: target.split(":")[0] ?? target })) : t("target.nothing")) };
}
