/** What an account still needs before calls work for everyone in it, most urgent first; pure. */
import type { CallflowRow, DeviceRow, NumberRow, UserRow } from "@/api";
import { userName } from "@/ui/frame/palette-entries";

export interface Missing {
  id: "users" | "extension" | "device" | "registration" | "numbers" | "mainNumber";
  count: number;
  names: string;
  /** The user (or "new") whose panel has the action; undefined when only the provider can help. */
  user?: string;
}

interface Facts {
  users: readonly UserRow[];
  devices: readonly DeviceRow[];
  numbers: Readonly<Record<string, NumberRow>>;
  callflows: readonly CallflowRow[];
}

const SHOWN = 3;

/** List what is missing. A user counts as reachable once an own callflow and a device exist; numbers once one is in use. */
export function missing({ users, devices, numbers, callflows }: Facts): Missing[] {
  const result: Missing[] = [];
  const add = (id: Missing["id"], who: readonly UserRow[]) => {
    const names = who.slice(0, SHOWN).map(userName).join(", ") + (who.length > SHOWN ? " …" : "");
    if (who.length > 0) result.push({ id, count: who.length, names, user: who[0]?.id });
  };
  if (users.length === 0) result.push({ id: "users", count: 0, names: "", user: "new" });
  const withExtension = new Set(callflows.map((flow) => flow.owner_id));
  const withDevice = new Set(devices.map((device) => device.owner_id));
  const registered = new Set(devices.filter((device) => device.registered).map((device) => device.owner_id));
  add("extension", users.filter((user) => !withExtension.has(user.id)));
  add("device", users.filter((user) => withExtension.has(user.id) && !withDevice.has(user.id)));
  add("registration", users.filter((user) => withDevice.has(user.id) && !registered.has(user.id)));
  const all = Object.entries(numbers);
  if (all.length === 0) result.push({ id: "numbers", count: 0, names: "" });
  else {
    const routed = new Set(callflows.flatMap((flow) => flow.numbers));
    const idle = all.filter(([number, row]) => !row.used_by && !routed.has(number)).map(([number]) => number);
    if (idle.length === all.length) result.push({ id: "mainNumber", count: idle.length, names: idle.slice(0, SHOWN).join(", ") });
  }
  return result;
}
