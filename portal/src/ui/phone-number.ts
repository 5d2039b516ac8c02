/** Phone numbers: grouped for reading, copied as E.164. Extensions and words stay as they are. */

type Parse = typeof import("libphonenumber-js/min").parsePhoneNumberFromString;

let parse: Parse | undefined;

/** Fetch the rules of all countries (a third of the first load's size, so not part of it); until then only +1 is grouped. */
export async function loadNumberRules(): Promise<void> {
  parse = (await import("libphonenumber-js/min")).parsePhoneNumberFromString;
}

/** Group an E.164 number for reading: North American ones as +1 (416) 555-0100, others as their country writes them. */
export function readable(number: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 (${american[1]}) ${american[2]}-${american[3]}`;
  if (!number.startsWith("+")) return number;
  return parse?.(number)?.formatInternational() ?? number;
}
