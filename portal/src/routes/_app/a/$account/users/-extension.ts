/** Which extensions are taken and which comes next; pure. */
import type { CallflowRow, VoicemailBoxRow } from "@/api";

/** Everything that dials to something: callflow numbers and mailboxes. */
export function takenExtensions(callflows: readonly CallflowRow[], boxes: readonly VoicemailBoxRow[]): Set<string> {
  return new Set([...callflows.flatMap(({ numbers }) => numbers), ...boxes.map(({ mailbox }) => mailbox)]);
}

/** The first free number above the lowest 3-6 digit extension, so that people stay together; 1000 in an empty account. */
export function nextExtension(taken: ReadonlySet<string>): string {
  const used = [...taken].filter((number) => /^[1-9]\d{2,5}$/.test(number)).map(Number);
  let next = used.length ? Math.min(...used) + 1 : 1000;
  while (taken.has(String(next))) next += 1;
  return String(next);
}

/** True for what may be an extension: 2 to 6 digits, so that no one hides an emergency number or a full number behind it. */
export function isExtension(text: string): boolean {
  return /^\d{2,6}$/.test(text) && !["911", "933", "112", "999", "000"].includes(text);
}

/** The extension of a user's flow: its first number that is no full number. */
export function extensionOf(flow: CallflowRow | undefined): string | undefined {
  return flow?.numbers.find((number) => !number.startsWith("+"));
}
