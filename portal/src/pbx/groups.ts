/**
 * Groups as SmartPBX writes them: the group document; a callflow of type baseGroup that rings the members and has a number nobody
 * dials; a callflow of type userGroup with the extensions, which runs the base and then does the next action.
 */
import { createDoc, type Identified, patchDoc, readDoc, readList, removeDoc, replaceDoc } from "@/api";

import { along, type Callflow, type FlowNode, mapAlong, node, nodeOf, type Target, targetOf, withData, writable } from "./nodes";
import { endOf } from "./timeline-math";

export const STRATEGIES = ["simultaneous", "single", "weighted_random"] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Member {
  id: string;
  type: "user" | "device" | "group";
  delay: number;
  timeout: number;
}

export interface GroupForm {
  name: string;
  extensions: string[];
  members: Member[];
  strategy: Strategy;
  repeats: number;
  /** Where the call goes when nobody answers; undefined: a voice says so and the call ends. */
  then: Target | undefined;
  /** In front of the caller's name. */
  prefix: string;
  /** What the caller hears while it rings: a media id, or undefined for the ringing tone. */
  ringback: string | undefined;
  music: string | undefined;
}

interface GroupDoc extends Identified {
  name: string;
  endpoints: Record<string, { type: Member["type"]; delay?: number; timeout?: number }>;
  music_on_hold?: { media_id?: string };
}

export interface GroupFound {
  doc: GroupDoc;
  base: Callflow | undefined;
  main: Callflow | undefined;
}

/** What SmartPBX plays when a group has no next action. */
const NOBODY = "system_media/vm-not_available_no_voicemail";
export const EMPTY_GROUP: GroupForm = { name: "", extensions: [], members: [], strategy: "simultaneous", repeats: 1, then: undefined, prefix: "", ringback: undefined, music: undefined };

/** Read a group with its two callflows. Throws Problem. */
export async function readGroup(account: string, id: string): Promise<GroupFound> {
  const [doc, rows] = await Promise.all([readDoc<GroupDoc>(account, "groups", id), readList<Callflow>(account, "callflows", { has_key: "group_id" })]);
  const of = (type: string) => rows.find((row) => row.group_id === id && row.type === type);
  const [base, main] = await Promise.all([of("baseGroup"), of("userGroup")].map((row) => (row ? readDoc<Callflow>(account, "callflows", row.id) : undefined)));
  return { doc, base, main };
}

/** A group's documents as a form. The ring group's order counts; a member it lacks comes last. */
export function formOf({ doc, base, main }: GroupFound): GroupForm {
  const ring = along(base?.flow, "ring_group")?.data ?? {};
  const listed = (Array.isArray(ring.endpoints) ? ring.endpoints : []) as { id: string; endpoint_type?: Member["type"]; delay?: number; timeout?: number }[];
  const order = [...new Set([...listed.map(({ id }) => id), ...Object.keys(doc.endpoints)])];
  const members = order.map((id): Member => {
    const [rung, kept] = [listed.find((one) => one.id === id), doc.endpoints[id]];
    return { id, type: rung?.endpoint_type ?? kept?.type ?? "user", delay: rung?.delay ?? kept?.delay ?? 0, timeout: rung?.timeout ?? kept?.timeout ?? 20 };
  });
  const next = along(main?.flow, "callflow")?.children._;
  const target = targetOf(next);
  return {
    name: doc.name,
    extensions: main?.numbers ?? [],
    members,
    strategy: STRATEGIES.find((one) => one === ring.strategy) ?? "simultaneous",
    repeats: typeof ring.repeats === "number" ? ring.repeats : 1,
    then: !target || target === `play:${NOBODY}` ? undefined : target,
    prefix: String(along(main?.flow, "prepend_cid")?.data.caller_id_name_prefix ?? ""),
    ringback: typeof ring.ringback === "string" ? ring.ringback : undefined,
    music: doc.music_on_hold?.media_id,
  };
}

/** How long the whole list rings: together until the last ends, or one after the other. */
export function ringsFor(form: Pick<GroupForm, "members" | "strategy">): number {
  return form.strategy === "simultaneous" ? endOf(form.members) : form.members.reduce((sum, { timeout }) => sum + timeout, 0);
}

/** The base flow's node. Unknown settings of an existing one stay. */
export function ringNode(form: GroupForm, old: FlowNode = node("ring_group")): FlowNode {
  return withData(
    { ...old, module: "ring_group" },
    {
      name: form.name,
      strategy: form.strategy,
      timeout: ringsFor(form),
      repeats: form.repeats,
      ringback: form.ringback,
      endpoints: form.members.map(({ id, type, delay, timeout }) => ({ id, endpoint_type: type, delay: form.strategy === "simultaneous" ? delay : 0, timeout })),
    },
  );
}

/** The flow of the group's extensions: prefix, then the base flow, then the next action. */
export function mainNode(form: GroupForm, base: string, old?: FlowNode): FlowNode {
  const before = along(old, "callflow")?.children._;
  const next = form.then ? nodeOf(form.then, before) : node("play", { id: NOBODY });
  const call = { ...(along(old, "callflow") ?? node("callflow", { id: base })), data: { id: base }, children: { _: next } };
  const rest = old && along(old, "callflow") ? mapAlong(old, "callflow", () => call) : call;
  const bare = rest.module === "prepend_cid" && rest.children._ ? rest.children._ : rest;
  if (!form.prefix) return bare;
  const prefix = rest.module === "prepend_cid" ? rest : node("prepend_cid", { action: "prepend", apply_to: "current" });
  return { ...withData(prefix, { caller_id_name_prefix: form.prefix }), children: { _: bare } };
}

const endpointsOf = (form: GroupForm) => Object.fromEntries(form.members.map(({ id, type, delay, timeout }) => [id, { type, delay, timeout }]));

function nobodyDials(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(25)), (byte) => letters[byte % letters.length]).join("");
}

/** Make a group with its callflows; what was made before a refusal is removed again. Throws Problem. */
export async function createGroup(account: string, form: GroupForm): Promise<string> {
  const undo: (() => Promise<void>)[] = [];
  const make = async (collection: "groups" | "callflows", body: object) => {
    const { id } = await createDoc(account, collection, body);
    undo.push(() => removeDoc(account, collection, id));
    return id;
  };
  try {
    const group = await make("groups", { name: form.name, endpoints: endpointsOf(form), ...(form.music ? { music_on_hold: { media_id: form.music } } : {}) });
    const base = await make("callflows", { name: `${form.name} Ring Group`, type: "baseGroup", group_id: group, numbers: [nobodyDials()], flow: ringNode(form) });
    await make("callflows", { name: form.name, type: "userGroup", group_id: group, numbers: form.extensions, flow: mainNode(form, base) });
    return group;
  } catch (cause) {
    for (const run of undo.toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- last made, first removed
      await run();
    }
    throw cause;
  }
}

/** Bring a group to `form`. The extensions go first: only they can be refused. Throws Problem. */
export async function saveGroup(account: string, id: string, form: GroupForm): Promise<void> {
  const { base, main } = await readGroup(account, id);
  const baseId = base?.id ?? (await createDoc(account, "callflows", { name: `${form.name} Ring Group`, type: "baseGroup", group_id: id, numbers: [nobodyDials()], flow: ringNode(form) })).id;
  if (main) await replaceDoc(account, "callflows", main.id, { ...writable(main), name: form.name, numbers: form.extensions, flow: mainNode(form, baseId, main.flow) });
  else await createDoc(account, "callflows", { name: form.name, type: "userGroup", group_id: id, numbers: form.extensions, flow: mainNode(form, baseId) });
  if (base) await replaceDoc(account, "callflows", base.id, { ...writable(base), name: `${form.name} Ring Group`, flow: mapAlong(base.flow, "ring_group", (old) => ringNode(form, old)) });
  const before = await readDoc<GroupDoc>(account, "groups", id);
  const gone = Object.fromEntries(Object.keys(before.endpoints).map((member) => [member, null]));
  await patchDoc(account, "groups", id, { name: form.name, endpoints: { ...gone, ...endpointsOf(form) }, music_on_hold: { media_id: form.music ?? null } });
}

/** Delete a group and its callflows, so that its extension is free. Throws Problem. */
export async function removeGroup(account: string, id: string): Promise<void> {
  const rows = await readList<Callflow>(account, "callflows", { has_key: "group_id" });
  await Promise.all(rows.filter((row) => row.group_id === id).map((row) => removeDoc(account, "callflows", row.id)));
  await removeDoc(account, "groups", id);
}
