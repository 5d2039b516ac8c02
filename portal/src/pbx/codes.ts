/** Feature codes: callflows with `featurecode {name, number}`, as SmartPBX makes them; pure. */
import { type FlowNode, node } from "./nodes";

export interface Code {
  /** The dialect's name of the code. */
  name: string;
  /** How the words call it. */
  id: string;
  number: string;
  /** More digits may follow: an extension, a slot, a number. */
  digits?: "extension" | "slot" | "number";
  /** Dialled without the star. */
  bare?: true;
  group: "messages" | "forwarding" | "answering" | "parking" | "desk" | "privacy";
  flow: FlowNode;
}

export const CODES: readonly Code[] = [
  { name: "voicemail[single_mailbox_login]", id: "ownBox", number: "97", group: "messages", flow: node("voicemail", { action: "check", single_mailbox_login: true }) },
  { name: "voicemail[action=check]", id: "checkBox", number: "98", digits: "extension", group: "messages", flow: node("voicemail", { action: "check" }) },
  { name: 'voicemail[action="direct"]', id: "leave", number: "*", digits: "extension", group: "messages", flow: node("voicemail", { action: "compose" }) },
  { name: "call_forward[action=activate]", id: "forwardOn", number: "72", digits: "number", group: "forwarding", flow: node("call_forward", { action: "activate" }) },
  { name: "call_forward[action=deactivate]", id: "forwardOff", number: "73", group: "forwarding", flow: node("call_forward", { action: "deactivate" }) },
  { name: 'call_forward[action="toggle"]', id: "forwardToggle", number: "74", digits: "number", group: "forwarding", flow: node("call_forward", { action: "toggle" }) },
  { name: "call_forward[action=update]", id: "forwardUpdate", number: "56", group: "forwarding", flow: node("call_forward", { action: "update" }) },
  { name: 'do_not_disturb[action="activate"]', id: "dndOn", number: "78", group: "forwarding", flow: node("do_not_disturb", { action: "activate" }) },
  { name: 'do_not_disturb[action="deactivate"]', id: "dndOff", number: "79", group: "forwarding", flow: node("do_not_disturb", { action: "deactivate" }) },
  { name: 'do_not_disturb[action="toggle"]', id: "dndToggle", number: "76", group: "forwarding", flow: node("do_not_disturb", { action: "toggle" }) },
  { name: "call_waiting[action=activate]", id: "waitingOn", number: "70", group: "forwarding", flow: node("call_waiting", { action: "activate" }) },
  { name: "call_waiting[action=deactivate]", id: "waitingOff", number: "71", group: "forwarding", flow: node("call_waiting", { action: "deactivate" }) },
  { name: "directed_ext_pickup", id: "pickup", number: "87", digits: "extension", group: "answering", flow: node("group_pickup_feature", { type: "extension" }) },
  { name: "camping_feature", id: "camping", number: "66", digits: "extension", group: "answering", flow: node("camping_feature") },
  { name: "intercom", id: "intercom", number: "0", digits: "extension", group: "answering", flow: node("intercom") },
  { name: "move", id: "move", number: "6683", bare: true, group: "answering", flow: node("move") },
  { name: "park_and_retrieve", id: "park", number: "3", digits: "slot", group: "parking", flow: node("park", { action: "auto" }) },
  { name: "park_valet", id: "valet", number: "4", group: "parking", flow: node("park", { action: "park" }) },
  { name: "park_retrieve", id: "retrieve", number: "5", digits: "slot", group: "parking", flow: node("park", { action: "retrieve" }) },
  { name: "hotdesk[action=login]", id: "hotdeskLogin", number: "11", group: "desk", flow: node("hotdesk", { action: "login" }) },
  { name: "hotdesk[action=logout]", id: "hotdeskLogout", number: "12", group: "desk", flow: node("hotdesk", { action: "logout" }) },
  { name: "hotdesk[action=toggle]", id: "hotdeskToggle", number: "13", group: "desk", flow: node("hotdesk", { action: "toggle" }) },
  { name: "privacy[mode=full]", id: "privacy", number: "67", digits: "number", group: "privacy", flow: node("privacy", { mode: "full" }) },
];

/** What one dials: "*97". */
export const dialled = (code: Pick<Code, "bare">, number: string) => (code.bare ? number : `*${number}`);

/** The callflow of a code under a number. */
export function codeFlow(code: Code, number: string): object {
  const start = dialled(code, number);
  // The code for leaving a message needs digits; the others ask for what is missing.
  const pattern = `^${start.replaceAll("*", "\\*")}([0-9]${code.id === "leave" ? "+" : "*"})$`;
  return {
    name: `feature code ${start}`,
    ...(code.digits ? { patterns: [pattern], numbers: [] } : { numbers: [start] }),
    featurecode: { name: code.name, number },
    flow: code.flow,
  };
}
