/** Makes the feature codes an account lacks, as SmartPBX does on a first visit: those the installation's call path can carry out. */
import { call, createDoc, readList, urls } from "@/api";

import { codeFlow, CODES } from "./codes";

interface Row {
  id: string;
  featurecode?: false | { name?: string; number?: string };
}

/** Make what is missing; returns the ids made, for undo. A code whose number another code has is left alone. Throws Problem. */
export async function makeCodes(account: string): Promise<string[]> {
  const [flows, schemas] = await Promise.all([readList<Row>(account, "callflows", { has_key: "featurecode" }), call<string[]>("GET", urls.getListSchemasUrl(), { query: { paginate: false } })]);
  const made = flows.flatMap(({ featurecode }) => (featurecode ? [featurecode] : []));
  const missing = CODES.filter(
    ({ name, number, flow }) => schemas.data.includes(`callflows.${flow.module}`) && !made.some((code) => code.name === name || code.number === number),
  );
  return (await Promise.all(missing.map((code) => createDoc(account, "callflows", codeFlow(code, code.number))))).map(({ id }) => id);
}
