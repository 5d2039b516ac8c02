/** Saving a list of addresses. */
import { call, Problem } from "@/api";

import { type Entry, listOf } from "./access-list";

/** Send a list to its address; what is wrong with it is said at `field`. The API names the place in the list; a form has one field for all. */
export async function sendList(url: string, entry: Entry, field: string): Promise<void> {
  try {
    await call("POST", url, { body: listOf(entry) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const said = Object.entries(error.fields).find(([path]) => path.startsWith("cidrs"))?.[1];
    throw new Problem(error.status, error.code, said ? { [field]: said } : error.fields, error.requestId, error.data);
  }
}
