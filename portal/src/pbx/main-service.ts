/** A service number of the account, such as the main conference number: one callflow of a type, its DIDs, and a placeholder without. */
import { createDoc, readDoc, readList, replaceDoc } from "@/api";

import { type Callflow, type FlowNode, node, withData, writable } from "./nodes";

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

export interface ServiceForm {
  numbers: string[];
  /** What callers hear first, a media id; undefined: they are asked at once. */
  greeting: string | undefined;
}

/** The flow of a service among the callflow rows. */
export function serviceFlow<Row extends FlowRow>(rows: readonly Row[], service: Service): Row | undefined {
  return rows.find(({ name }) => name === service.name) ?? rows.find(({ type }) => type === service.type);
}

/** A service as a form; its numbers without the placeholder. */
export function serviceForm(flow: Callflow | undefined, service: Service): ServiceForm {
  const prompt = flow?.flow.data.welcome_prompt as { media_id?: string; play?: boolean } | undefined;
  return { numbers: flow?.numbers.filter((number) => number !== service.placeholder) ?? [], greeting: prompt?.play === false ? undefined : prompt?.media_id || undefined };
}

/** Bring the service to this form; a service that was never used is made. Throws Problem. */
export async function saveService(account: string, service: Service, to: ServiceForm): Promise<void> {
  const row = serviceFlow(await readList<Callflow>(account, "callflows"), service);
  const numbers = to.numbers.length ? [...to.numbers] : [service.placeholder];
  const greeted = (flow: FlowNode) => withData(flow, { welcome_prompt: to.greeting ? { media_id: to.greeting, play: true } : undefined });
  if (!row) {
    await createDoc(account, "callflows", { name: service.name, type: service.type, numbers, flow: greeted(service.flow) });
    return;
  }
  const now = await readDoc<Callflow>(account, "callflows", row.id);
  await replaceDoc(account, "callflows", row.id, { ...writable(now), numbers, flow: greeted(now.flow) });
}
