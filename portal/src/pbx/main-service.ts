/** A service number of the account, such as the main conference number: one callflow of a type, its DIDs, and a placeholder without. */
import { createDoc, patchDoc, readList } from "@/api";

import { type Callflow, type FlowNode, node } from "./nodes";

interface Service {
  name: string;
  type: string;
  placeholder: string;
  flow: FlowNode;
}

/** SmartPBX's flow for the main conference number: the service asks for room and PIN. */
export const CONFERENCE: Service = { name: "MainConference", type: "conference", placeholder: "undefinedconf", flow: node("conference") };

interface FlowRow {
  id: string;
  name?: string;
  type?: string;
  numbers: string[];
}

/** The flow of a service among the callflow rows. */
export function serviceFlow<Row extends FlowRow>(rows: readonly Row[], service: Service): Row | undefined {
  return rows.find(({ name }) => name === service.name) ?? rows.find(({ type }) => type === service.type);
}

/** Its numbers, without the placeholder. */
export const serviceNumbers = (flow: FlowRow | undefined, service: Service) => flow?.numbers.filter((number) => number !== service.placeholder) ?? [];

/** Give the service these numbers. Throws Problem. */
export async function saveService(account: string, service: Service, numbers: readonly string[]): Promise<void> {
  const flow = serviceFlow(await readList<Callflow>(account, "callflows"), service);
  const wanted = numbers.length ? [...numbers] : [service.placeholder];
  if (flow) await patchDoc(account, "callflows", flow.id, { numbers: wanted });
  else await createDoc(account, "callflows", { name: service.name, type: service.type, numbers: wanted, flow: service.flow });
}
