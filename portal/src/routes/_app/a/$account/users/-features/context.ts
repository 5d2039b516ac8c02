/** What the features of a user are made of, and the changes behind their switches. */
import type { QueryClient } from "@tanstack/react-query";

import { createDoc, type DeviceRow, patchDoc, readDoc, removeDoc, replaceDoc, type UserDoc } from "@/api";
import { findMeOf, withFindMe, withoutFindMe } from "@/pbx/find-me";
import { along, type Callflow, type FlowNode, mapAlong, withData, writable } from "@/pbx/nodes";
import { oneByOne } from "@/pbx/timeline-math";

import type { Person } from "../-rows";
import type { Feature } from "./names";

export interface Box {
  id: string;
  name: string;
  mailbox: string;
  owner_id?: string;
  delete_after_notify?: boolean;
  include_message_on_notify?: boolean;
  require_pin?: boolean;
}

export interface Room {
  id: string;
  name: string;
  owner_id?: string;
  play_name?: boolean;
  member?: { numbers?: string[]; pins?: string[] };
  moderator?: { numbers?: string[]; pins?: string[] };
}

export interface FeatureContext {
  account: string;
  person: Person;
  user: UserDoc;
  flow: Callflow | undefined;
  box: Box | undefined;
  room: Room | undefined;
  devices: DeviceRow[];
  client: QueryClient;
}

/** Which calls of a user are recorded, as SmartPBX writes it: direction, then inside or outside. */
export const RECORDED = [
  ["inbound", "offnet"],
  ["outbound", "offnet"],
  ["inbound", "onnet"],
  ["outbound", "onnet"],
] as const;

const recorded = (user: UserDoc) => RECORDED.some(([direction, side]) => user.call_recording?.[direction]?.[side]?.enabled);
export const voicemailNode = (flow: FlowNode | undefined) => along(flow, "voicemail");

/** Whether a feature is on. */
export function isOn(feature: Feature, { user, flow, box, room }: FeatureContext): boolean {
  switch (feature) {
    case "forward":
      return Boolean(user.call_forward?.enabled);
    case "findMe":
      return findMeOf(flow?.flow) !== undefined;
    case "disturb":
      return Boolean(user.do_not_disturb?.enabled);
    case "voicemail":
      return Boolean(box && voicemailNode(flow?.flow) && voicemailNode(flow?.flow)?.data.skip_module !== true);
    case "callerId":
      return Boolean(user.caller_id?.external?.number);
    case "hotdesk":
      return Boolean(user.hotdesk?.enabled);
    case "conference":
      return Boolean(room);
    case "music":
      return Boolean(user.music_on_hold?.media_id);
    case "recording":
      return recorded(user);
  }
}

/** Change a user's document, at once on the screen; puts it back when the API refuses. */
export async function patchUser({ account, user, client }: FeatureContext, body: Record<string, unknown>): Promise<void> {
  const key = ["account", account, "users", user.id];
  client.setQueryData<UserDoc>(key, (now) => (now ? ({ ...now, ...Object.fromEntries(Object.entries(body).map(([field, value]) => [field, merged((now as unknown as Record<string, unknown>)[field], value)])) } as UserDoc) : now));
  try {
    await patchDoc(account, "users", user.id, body);
  } finally {
    await client.invalidateQueries({ queryKey: ["account", account, "users"] });
  }
}

function merged(old: unknown, next: unknown): unknown {
  if (typeof old !== "object" || old === null || typeof next !== "object" || next === null || Array.isArray(next)) return next;
  return { ...old, ...next };
}

/** Rewrite a user's callflow. */
export async function changeFlow({ account, client }: FeatureContext, flow: Callflow, change: (flow: FlowNode) => FlowNode): Promise<void> {
  const now = await readDoc<Callflow>(account, "callflows", flow.id);
  await replaceDoc(account, "callflows", flow.id, { ...writable(now), flow: change(now.flow) });
  await client.invalidateQueries({ queryKey: ["account", account, "callflows"] });
}

/** Set find-me of a user to these devices, or take it off. */
export async function setFindMe(context: FeatureContext, endpoints: readonly { id: string; delay: number; timeout: number }[] | undefined): Promise<void> {
  const { flow, user } = context;
  if (!flow) return;
  await changeFlow(context, flow, (now) => (endpoints ? withFindMe(now, user.id, endpoints) : withoutFindMe(now, user.id)));
  await patchUser(context, { smartpbx: { find_me_follow_me: { enabled: endpoints !== undefined } } });
}

/** Make or remove a user's own conference room. */
export async function setRoom(context: FeatureContext, on: boolean): Promise<void> {
  const { account, person, user, room, client } = context;
  if (on && !room)
    await createDoc(account, "conferences", { name: `${person.name}'s Conference`, owner_id: user.id, play_name: false, member: { numbers: [person.extension], pins: [] } });
  if (!on && room) await removeDoc(account, "conferences", room.id);
  await patchUser(context, { smartpbx: { conferencing: { enabled: on } } });
  await client.invalidateQueries({ queryKey: ["account", account, "conferences"] });
}

/** Switch a feature. Returns false when it needs something said first: its form must be opened. Throws Problem. */
export async function toggle(feature: Feature, context: FeatureContext, on: boolean): Promise<boolean> {
  const { user, flow, devices } = context;
  switch (feature) {
    case "disturb":
      await patchUser(context, { do_not_disturb: { enabled: on } });
      return true;
    case "forward":
      if (on && !user.call_forward?.number) return false;
      await patchUser(context, { call_forward: { enabled: on } });
      return true;
    case "hotdesk":
      if (on && !user.hotdesk?.id) return false;
      await patchUser(context, { hotdesk: { enabled: on } });
      return true;
    case "findMe": {
      if (!flow || (on && devices.length === 0)) return false;
      const spans = oneByOne(devices.length);
      await setFindMe(context, on ? devices.map(({ id }, index) => ({ id, ...(spans[index] ?? { delay: 0, timeout: 20 }) })) : undefined);
      return !on; // switched on: its timeline is shown to be adjusted
    }
    case "voicemail":
      if (!flow || !voicemailNode(flow.flow)) return false;
      await changeFlow(context, flow, (now) => mapAlong(now, "voicemail", (found) => withData(found, { skip_module: on ? undefined : true })));
      return true;
    case "recording":
      await patchUser(context, { call_recording: Object.fromEntries(["inbound", "outbound"].map((direction) => [direction, { ...user.call_recording?.[direction as "inbound"], ...(on ? { offnet: { enabled: true } } : { offnet: { enabled: false }, onnet: { enabled: false } }) }])) });
      return true;
    case "conference":
      await setRoom(context, on);
      return true;
    case "callerId":
      if (on) return false;
      await patchUser(context, { caller_id: { external: { name: null, number: null } } });
      return true;
    case "music":
      if (on) return false;
      await patchUser(context, { music_on_hold: { media_id: null } });
      return true;
  }
}
