/** Joins users with their callflow, voicemail box and devices into the rows of the list; pure. */
import type { CallflowRow, DeviceRow, UserRow, VoicemailBoxRow } from "@/api";
import { userName } from "@/ui/frame/palette-entries";
import { contains } from "@/ui/list/columns";

import { extensionOf } from "./-extension";

export type PhoneState = "online" | "offline" | "none";

export interface Person {
  id: string;
  name: string;
  user: UserRow;
  extension: string;
  numbers: string[];
  role: "user" | "admin";
  devices: DeviceRow[];
  phone: PhoneState;
  newMessages: number;
  flow?: CallflowRow;
  box?: VoicemailBoxRow;
}

export interface Facts {
  users: readonly UserRow[];
  callflows: readonly CallflowRow[];
  boxes: readonly VoicemailBoxRow[];
  devices: readonly DeviceRow[];
}

/** One row per user. The main callflow is the one SmartPBX made, else the first the user owns. */
export function people({ users, callflows, boxes, devices }: Facts): Person[] {
  const flows = Map.groupBy(callflows, (flow) => flow.owner_id);
  const boxOf = new Map(boxes.map((box) => [box.owner_id, box]));
  const owned = Map.groupBy(devices, (device) => device.owner_id);
  return users.map((user) => {
    const mine = flows.get(user.id) ?? [];
    const flow = mine.find(({ type }) => type === "mainUserCallflow") ?? mine[0];
    const phones = owned.get(user.id) ?? [];
    const box = boxOf.get(user.id);
    return {
      id: user.id,
      name: userName(user),
      user,
      extension: extensionOf(flow) ?? "",
      numbers: flow?.numbers.filter((number) => number.startsWith("+")) ?? [],
      role: user.priv_level ?? "user",
      devices: phones,
      phone: phones.length === 0 ? "none" : phones.some(({ registered }) => registered) ? "online" : "offline",
      newMessages: box?.messages ?? 0,
      flow,
      box,
    };
  });
}

/** The people a search and the filters leave. */
export function filtered(all: readonly Person[], search: string, role?: string, phone?: string): Person[] {
  return all.filter(
    (person) =>
      (!role || person.role === role) &&
      (!phone || person.phone === phone) &&
      contains(search, person.name, person.extension, person.user.username, person.user.email, ...person.numbers),
  );
}
