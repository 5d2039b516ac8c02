/** Phone numbers: grouped for reading, copied as E.164. Extensions and words stay as they are. */
import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** Group an E.164 number for reading; North American numbers in their national grouping. */
export function readable(number: string): string {
  if (!number.startsWith("+")) return number;
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed) return number;
  return parsed.countryCallingCode === "1" ? `+1 ${parsed.formatNational()}` : parsed.formatInternational();
}
