/** What was typed of a new account, kept in this tab until the account is made: a reload or a lost page costs nothing. */
import type { NewAccount } from "./new-account";

const key = (above: string) => `qvoice.new-account.${above}`;

/** What was kept, over `blank`, so that a field that is new since then is there too. */
export function keptOr(above: string, blank: NewAccount): NewAccount {
  const text = sessionStorage.getItem(key(above));
  if (!text) return blank;
  try {
    const kept: unknown = JSON.parse(text);
    return typeof kept === "object" && kept !== null ? { ...blank, ...kept } : blank;
  } catch {
    // Somebody else's words under our name.
    return blank;
  }
}

export function keep(above: string, account: NewAccount): void {
  sessionStorage.setItem(key(above), JSON.stringify(account));
}

export function forget(above: string): void {
  sessionStorage.removeItem(key(above));
}
