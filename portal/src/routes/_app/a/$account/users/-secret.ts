/** Secrets the portal makes up: never chosen by people, from the browser's cryptographic source. */

/** No characters that are mistaken for one another when typed on a phone's keypad. */
const LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const DIGITS = "0123456789";

/** `length` independent, equally likely characters of `alphabet` (which has at most 256). */
export function randomText(length: number, alphabet: string = LETTERS): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** A device's SIP user name and password: 20 characters of 54 are 115 bits. */
export function deviceSecret(): { username: string; password: string } {
  return { username: `dev_${randomText(10, "abcdefghjkmnpqrstuvwxyz23456789")}`, password: randomText(20) };
}

/** A voicemail PIN that is no run and no repetition. */
export function voicemailPin(): string {
  const pin = randomText(6, DIGITS);
  const steps = new Set([...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10));
  return steps.size > 1 ? pin : voicemailPin();
}

/** A first portal password. */
export function portalPassword(): string {
  return randomText(16);
}
