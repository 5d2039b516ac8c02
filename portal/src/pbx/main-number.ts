/**
 * The main number as SmartPBX writes it: MainCallflow routes by time to MainOpenHours, MainLunchHours, MainAfterHours or
 * MainHolidays, each of which goes to a menu of its own (Main…Menu) or to somebody. Reading gathers these documents into one
 * model; writing changes only the documents concerned.
 */
import { createDoc, type Identified, patchDoc, readDoc, readList, removeDoc, replaceDoc } from "@/api";

import { type Holiday, holidayOf, ruleOf } from "./holidays";
import { DAY_END, DAYS, EMPTY, isHours, type NewRule, type Rule, rulesOf, type Week, weekOf } from "./hours";
import { CONFERENCE, saveService, serviceFlow } from "./main-service";
import { type Callflow, type FlowNode, node, nodeOf, type Target, targetOf, writable } from "./nodes";
import { type Period, PERIODS } from "./periods";

export const NAMES: Record<Period, string> = { open: "MainOpenHours", lunch: "MainLunchHours", after: "MainAfterHours", holidays: "MainHolidays" };
/** The rules every client of the dialect finds after a first visit, whether the route uses them or not. */
const LUNCH: NewRule = { name: "MainLunchHours", type: "main_lunchbreak", cycle: "weekly", interval: 1, wdays: [...DAYS], time_window_start: 43_200, time_window_stop: 46_800 };
const FIRST_RULES: readonly NewRule[] = [...rulesOf(Object.fromEntries(DAYS.map((day) => [day, [[32_400, 64_800]]])) as unknown as Week), LUNCH];
const NO_NUMBER = "undefinedMainNumber";

export interface Menu extends Identified {
  name: string;
  record_pin?: string;
  hunt?: boolean;
  media?: { greeting?: string; exit_media?: boolean | string; invalid_media?: boolean | string; transfer_media?: boolean | string };
}

export interface Lane {
  /** MainOpenHours and so on. */
  flow?: Callflow;
  menuFlow?: Callflow;
  menu?: Menu;
  /** Where the lane goes; "menu" is its virtual receptionist. */
  goes: Target | "menu" | undefined;
}

export interface Schedule {
  always: boolean;
  week: Week;
  lunch: { on: boolean; start: number; stop: number };
  holidays: Holiday[];
}

export interface MainNumber {
  flow?: Callflow;
  numbers: string[];
  lanes: Record<Period, Lane>;
  schedule: Schedule;
  rules: Rule[];
}

const named = (rows: readonly { id: string; name?: string; numbers: string[] }[], name: string) =>
  rows.find((row) => row.numbers.includes(name)) ?? rows.find((row) => row.name === name);

type FlowRow = Pick<Callflow, "id" | "name" | "numbers" | "type">;

/** Read everything that answers the main number. `rows`: the account's callflows where somebody reads them anyway. Throws Problem. */
export async function readMainNumber(account: string, rows?: Promise<readonly FlowRow[]>): Promise<MainNumber> {
  const [flows, menus, ruleRows] = await Promise.all([
    rows ?? readList<FlowRow>(account, "callflows"),
    readList<{ id: string; name: string }>(account, "menus"),
    readList<{ id: string; type?: string }>(account, "temporal_rules", { has_key: "type" }),
  ]);
  const load = async (row: { id: string } | undefined) => (row ? await readDoc<Callflow>(account, "callflows", row.id) : undefined);
  const lane = async (period: Period): Promise<Lane> => {
    const name = NAMES[period];
    const menuRow = menus.find((menu) => menu.name === `${name}Menu`);
    const [flow, menuFlow, menu] = await Promise.all([
      load(named(flows, name)),
      load(named(flows, `${name}Menu`)),
      menuRow ? readDoc<Menu>(account, "menus", menuRow.id) : undefined,
    ]);
    const goes = targetOf(flow?.flow);
    return { flow, menuFlow, menu, goes: menuFlow && goes === `callflow:${menuFlow.id}` ? "menu" : goes };
  };
  const mainRow = flows.find((row) => row.name === "MainCallflow") ?? flows.find((row) => row.type === "main" && row.numbers.includes("0"));
  const [flow, open, lunch, after, holidays, ...rules] = await Promise.all([
    load(mainRow),
    lane("open"),
    lane("lunch"),
    lane("after"),
    lane("holidays"),
    ...ruleRows.map(({ id }) => readDoc<Rule>(account, "temporal_rules", id)),
  ]);
  return {
    flow,
    numbers: flow?.numbers.filter((number) => number !== "0" && number !== NO_NUMBER) ?? [],
    lanes: { open, lunch, after, holidays },
    schedule: scheduleOf(flow, rules, open.flow?.id),
    rules,
  };
}

/** What the route's rules say. A route without opening hours answers as "open" all day. */
export function scheduleOf(flow: Callflow | undefined, rules: readonly Rule[], open: string | undefined): Schedule {
  const children = flow?.flow.children ?? {};
  const used = rules.filter(({ id }) => id in children);
  const lunch = used.find(({ type }) => type === "main_lunchbreak") ?? rules.find(({ type }) => type === "main_lunchbreak");
  const hours = used.filter(isHours);
  return {
    always: hours.length === 0 && (!children._ || !open || targetOf(children._) === `callflow:${open}`),
    week: hours.length ? weekOf(hours) : EMPTY,
    lunch: { on: Boolean(lunch && lunch.id in children), start: lunch?.time_window_start ?? 43_200, stop: lunch?.time_window_stop ?? 46_800 },
    holidays: used.filter(({ type }) => type === "main_holidays").map(holidayOf),
  };
}

/** A four-digit PIN that records a greeting. */
function pin(): string {
  return String(1000 + ((crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) % 9000));
}

/** Make what is missing of the main number, the way SmartPBX does on the first visit; returns the whole. Throws Problem. */
export async function ensureMainNumber(account: string): Promise<MainNumber> {
  const found = await readMainNumber(account);
  const boxes = await readList<{ id: string; mailbox: string }>(account, "vmboxes");
  const jobs: Promise<unknown>[] = [];
  if (!boxes.some(({ mailbox }) => mailbox === "0"))
    jobs.push(createDoc(account, "vmboxes", { mailbox: "0", type: "mainVMBox", name: "Main Voicemail Box", delete_after_notify: true }));
  const known = new Set(found.rules.map(({ name }) => name));
  jobs.push(...FIRST_RULES.filter(({ name }) => !known.has(name)).map((rule) => createDoc(account, "temporal_rules", rule)));
  const flows = await readList<Callflow>(account, "callflows");
  if (!serviceFlow(flows, CONFERENCE)) jobs.push(saveService(account, CONFERENCE, { numbers: [], greeting: undefined }));
  await Promise.all([...jobs, ...PERIODS.map((period) => ensureLane(account, period, found.lanes[period]))]);
  const made = await readMainNumber(account);
  if (!made.flow) {
    const open = made.lanes.open.flow?.id ?? "";
    await createDoc(account, "callflows", {
      name: "MainCallflow",
      numbers: ["0"],
      type: "main",
      ui_is_main_number_cf: true,
      flow: node("temporal_route", { rules: [] }, { _: node("callflow", { id: open }) }),
    });
    return readMainNumber(account);
  }
  return made;
}

async function ensureLane(account: string, period: Period, lane: Lane): Promise<void> {
  const name = NAMES[period];
  const media = { exit_media: true, invalid_media: true, transfer_media: true };
  const menu = lane.menu ?? (await createDoc<Menu>(account, "menus", { name: `${name}Menu`, type: "main", hunt: true, record_pin: pin(), media }));
  const menuFlow =
    lane.menuFlow ?? (await createDoc<Callflow>(account, "callflows", { name: `${name}Menu`, numbers: [`${name}Menu`], type: "main", flow: node("menu", { id: menu.id }) }));
  if (!lane.flow) await createDoc(account, "callflows", { name, numbers: [name], type: "main", flow: node("callflow", { id: menuFlow.id }) });
}

/** Bring the schedule to `to`: rules first, then the route in one write, then what nobody uses any more goes. Throws Problem. */
export async function saveSchedule(account: string, to: Schedule): Promise<void> {
  const main = await ensureMainNumber(account);
  const route = main.flow;
  const flowOf = (period: Period) => node("callflow", { id: main.lanes[period].flow?.id ?? "" });
  if (!route) throw new Error("the main callflow was just made");
  const write = async (wanted: NewRule, known: Rule | undefined): Promise<string> =>
    (known ? await patchDoc<Rule>(account, "temporal_rules", known.id, wanted) : await createDoc<Rule>(account, "temporal_rules", wanted)).id;
  const byName = (wanted: NewRule) => write(wanted, main.rules.find((rule) => rule.name === wanted.name && rule.type !== "main_holidays"));

  const kept = to.holidays.filter(({ kind }) => kind === "other").map(({ id }) => id ?? "");
  const written = to.holidays.filter(({ kind }) => kind !== "other");
  const holidays = [...kept, ...(await Promise.all(written.map((holiday) => write(ruleOf(holiday), main.rules.find(({ id }) => id === holiday.id)))))];
  const hours = to.always ? [] : await Promise.all(rulesOf(to.week).map(byName));
  const lunchRule: NewRule = { ...LUNCH, time_window_start: to.lunch.start, time_window_stop: to.lunch.stop };
  const lunch = to.lunch.on ? [await write(lunchRule, main.rules.find(({ type }) => type === "main_lunchbreak"))] : [];

  // What the route tests first wins: a holiday before lunch, lunch before the opening hours. Rules of another kind keep their place in front.
  const ours = new Set(main.rules.filter(({ type }) => type?.startsWith("main_")).map(({ id }) => id));
  const foreign = Object.fromEntries(Object.entries(route.flow.children).filter(([key]) => key !== "_" && !ours.has(key)));
  const children: Record<string, FlowNode> = { ...foreign };
  for (const id of holidays) children[id] = flowOf("holidays");
  for (const id of lunch) children[id] = flowOf("lunch");
  for (const id of hours) children[id] = flowOf("open");
  children._ = flowOf(to.always ? "open" : "after");
  const flow = { ...route.flow, module: "temporal_route", data: { ...route.flow.data, rules: [...Object.keys(foreign), ...holidays, ...lunch, ...hours] }, children };
  await replaceDoc(account, "callflows", route.id, { ...writable(route), flow });
  const unused = main.rules.filter((rule) => ["main_holidays", "main_custom_hours"].includes(rule.type ?? "") && !(rule.id in children));
  await Promise.all(unused.map(({ id }) => removeDoc(account, "temporal_rules", id)));
}

/** Which numbers reach the main number. `0` stays: it is how people inside and menus reach it. Throws Problem. */
export async function saveNumbers(account: string, numbers: readonly string[]): Promise<void> {
  const main = await ensureMainNumber(account);
  if (main.flow) await patchDoc(account, "callflows", main.flow.id, { numbers: ["0", ...numbers] });
}

export interface LaneForm {
  goes: Target | "menu";
  greeting?: string;
  hunt: boolean;
  /** Where each key of the menu leads. */
  keys: Record<string, Target>;
}

/** What a lane does, as a form. */
export function laneForm(lane: Lane): LaneForm {
  const children = lane.menuFlow?.flow.children ?? {};
  return {
    goes: lane.goes ?? "menu",
    greeting: lane.menu?.media?.greeting,
    hunt: lane.menu?.hunt ?? true,
    keys: Object.fromEntries(Object.entries(children).flatMap(([key, child]) => (targetOf(child) ? [[key, targetOf(child) ?? ""]] : []))),
  };
}

/** Bring a lane to `to`. Throws Problem. */
export async function saveLane(account: string, period: Period, to: LaneForm): Promise<void> {
  const { flow, menuFlow, menu } = (await ensureMainNumber(account)).lanes[period];
  if (!flow || !menuFlow || !menu) throw new Error("the lane was just made");
  if (to.goes === "menu") {
    await patchDoc(account, "menus", menu.id, { hunt: to.hunt, media: { greeting: to.greeting ?? null } });
    const children = Object.fromEntries(Object.entries(to.keys).map(([key, target]) => [key, nodeOf(target, menuFlow.flow.children[key])]));
    await replaceDoc(account, "callflows", menuFlow.id, { ...writable(menuFlow), flow: node("menu", { ...menuFlow.flow.data, id: menu.id }, children) });
  }
  const next = to.goes === "menu" ? node("callflow", { id: menuFlow.id }) : nodeOf(to.goes, flow.flow);
  await replaceDoc(account, "callflows", flow.id, { ...writable(flow), flow: next });
}

export { DAY_END };
