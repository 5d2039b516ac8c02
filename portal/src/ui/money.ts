/** Amounts of money as people of a language write them. */

/** `amount` in `currency` (ISO 4217); small prices keep up to six places, so that a tenth of a cent is not nothing. */
export function money(amount: number, currency: string, language: string): string {
  const small = amount !== 0 && Math.abs(amount) < 0.01;
  return new Intl.NumberFormat(language, { style: "currency", currency: currency || "USD", currencyDisplay: "narrowSymbol", maximumFractionDigits: small ? 6 : 2 }).format(amount);
}

/** `amount` to the last of its up to six places: what adds up on an invoice must be seen to. */
export function exactMoney(amount: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, { style: "currency", currency: currency || "USD", currencyDisplay: "narrowSymbol", maximumFractionDigits: 6 }).format(amount);
}
