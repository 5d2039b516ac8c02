/** What is not set up yet, most urgent first, each with the one thing to do about it; pure. */
import type { Account, CallflowRow, DeviceRow, NumberRow, UserRow } from "@/api";
import { userName } from "@/ui/frame/palette-entries";

export type MissingId = "mainNumber" | "greeting" | "numbers" | "callerId" | "emergency" | "users" | "noExtension" | "noPhone";

export interface Missing {
  id: MissingId;
  count: number;
  names: string;
  /** The user whose panel helps, or "new". */
  user?: string;
}

interface Facts {
  account: Account;
  users: readonly UserRow[];
  devices: readonly DeviceRow[];
  numbers: Readonly<Record<string, NumberRow>>;
  callflows: readonly CallflowRow[];
  /** Whether the main number's menus all have a greeting; undefined when it has no menu. */
  greeted: boolean | undefined;
}

const some = (names: string[]) => names.slice(0, 3).join(", ") + (names.length > 3 ? " …" : "");

export function missing({ account, users, devices, numbers, callflows, greeted }: Facts): Missing[] {
  const main = callflows.find(({ name, type, numbers: own }) => name === "MainCallflow" || (type === "main" && own.includes("0")));
  const dids = main?.numbers.filter((number) => number.startsWith("+")) ?? [];
  const callable = new Set(callflows.filter(({ type }) => type === "mainUserCallflow").map(({ owner_id: owner }) => owner));
  const unreachable = users.filter((user) => !callable.has(user.id) && user.priv_level !== "admin");
  const online = new Set(devices.filter(({ registered }) => registered).map(({ owner_id: owner }) => owner));
  const silent = users.filter((user) => callable.has(user.id) && !online.has(user.id) && !devices.some((device) => device.owner_id === user.id && ["cellphone", "landline"].includes(device.device_type ?? "")));
  const list: Missing[] = [];
  const add = (id: MissingId, count: number, names: string[] = [], user?: string) => list.push({ id, count, names: some(names), user });
  if (Object.keys(numbers).length === 0) add("numbers", 0);
  else if (dids.length === 0) add("mainNumber", 0);
  if (dids.length > 0 && greeted === false) add("greeting", 0);
  if (users.length === 0) add("users", 0, [], "new");
  if (!account.caller_id?.external?.number && Object.keys(numbers).length > 0) add("callerId", 0);
  const emergency = account.caller_id?.emergency?.number ?? account.caller_id?.external?.number;
  if (emergency && numbers[emergency] && !numbers[emergency].features?.includes("e911")) add("emergency", 0, [emergency]);
  if (unreachable.length > 0) add("noExtension", unreachable.length, unreachable.map(userName), unreachable[0]?.id);
  if (silent.length > 0) add("noPhone", silent.length, silent.map(userName), silent[0]?.id);
  return list;
}
