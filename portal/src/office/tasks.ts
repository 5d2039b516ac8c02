/** Bulk work at the API: handed in (every row judged, nothing written), started, paused, gone on with, and its result. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { blob, call, type Reply, send, urls } from "@/api";
import type { Invoice } from "@/ui/invoices";
import { save } from "@/ui/list/download";

export interface Task {
  id: string;
  category: string;
  action: string;
  status: "pending" | "executing" | "stopped" | "success" | "partial" | "failure";
  file_name: string;
  total_count: number;
  bad_count: number;
  success_count: number;
  failure_count: number;
  /** 0 to 100. */
  progress: number;
  notes: string[];
  /** The notes again, worded by their codes in any language; tasks of before have none. */
  remarks?: { message: string; code: string; values: { target?: unknown } }[];
  problem: string | null;
  /** What must be accepted before it starts or goes on; absent in lists. */
  charges?: Invoice[];
  output: { name: string; type: string; size: number } | null;
  /** Gregorian seconds. */
  submitted_at: number;
  end_timestamp: number | null;
}

export type RowState = "ready" | "bad" | "done" | "failed";

export interface TaskRow {
  row: number;
  state: RowState;
  values: Record<string, string>;
  /** `code` and `values` word it in any language; tasks of before have none. */
  problems: { column: string; message: string; level: "error" | "warning"; code?: string; values?: Record<string, unknown> }[];
  result: Record<string, string>;
}

const PAGE = 100;
const LOOK_MS = 700;

/** True when nothing more will happen by itself. */
export const isOver = ({ status }: Pick<Task, "status">): boolean => status === "success" || status === "partial" || status === "failure";

/** How many rows of a task are in a state; undefined: all. */
export function countOf(task: Task, state: RowState | undefined): number {
  if (state === "bad") return task.bad_count;
  if (state === "done") return task.success_count;
  if (state === "failed") return task.failure_count;
  const left = task.total_count - task.bad_count - task.success_count - task.failure_count;
  return state === "ready" ? left : task.total_count;
}

export const taskQuery = (account: string, id: string) =>
  queryOptions({
    queryKey: ["account", account, "tasks", id],
    queryFn: async ({ signal }) => (await call<Task>("GET", urls.getGetTaskUrl(account, id), { signal })).data,
    refetchInterval: ({ state: { data } }) => (data?.status === "executing" ? LOOK_MS : false),
  });

export const tasksQuery = (account: string, category: string, action: string) =>
  queryOptions({
    queryKey: ["account", account, "tasks", "list", category, action],
    queryFn: async ({ signal }) => (await call<Task[]>("GET", urls.getListTasksUrl(account), { signal })).data.filter((task) => task.category === category && task.action === action),
  });

export const taskRowsQuery = (account: string, id: string, state: RowState | undefined) =>
  infiniteQueryOptions({
    queryKey: ["account", account, "tasks", id, "rows", state ?? "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => call<TaskRow[]>("GET", urls.getListTaskRowsUrl(account, id), { query: { page_size: PAGE, filter_state: state, start_key: pageParam }, signal }),
    getNextPageParam: (last) => last.next_start_key ?? undefined,
  });

/** Hand in a file as it is: its bytes tell the API the encoding. Throws Problem. */
export async function handIn(account: string, category: string, action: string, file: File): Promise<Task> {
  const query = new URLSearchParams({ category, action, file_name: file.name });
  return (await send<Reply<Task>>(`${urls.getCreateTaskUrl(account)}?${query}`, { method: "PUT", body: file, headers: { "Content-Type": "text/csv" } })).data;
}

/** Begin work that makes a file, such as an export. Throws Problem. */
export async function beginFile(account: string, category: string, action: string): Promise<Task> {
  const { data } = await call<Task>("PUT", urls.getCreateTaskUrl(account), { query: { category, action }, body: {} });
  return steer(account, data.id, "start");
}

/** Start or go on, or pause after the rows under way. Throws Problem. */
export const steer = async (account: string, id: string, what: "start" | "stop"): Promise<Task> =>
  (await call<Task>("PATCH", what === "start" ? urls.getStartTaskUrl(account, id) : urls.getStopTaskUrl(account, id), { body: {} })).data;

/** Start, or go on, with the charges that were shown accepted. Throws Problem 402 when it has come to cost more: look again. */
export async function accept(account: string, { id, charges = [] }: Task): Promise<Task> {
  const url = urls.getStartTaskUrl(account, id);
  return (await send<Reply<Task>>(charges.length ? `${url}?accept_charges=true` : url, { method: "PATCH", body: JSON.stringify({ data: { charges } }) })).data;
}

export const forget = async (account: string, id: string): Promise<void> => {
  await call("DELETE", urls.getDeleteTaskUrl(account, id));
};

/** Give the browser the result file. Throws Problem. */
export async function saveResult(account: string, task: Task): Promise<void> {
  save(task.output?.name ?? `${task.category}-result.csv`, await blob(urls.getGetTaskOutputUrl(account, task.id)));
}
