/** A realm suggested from an account's name: {account name}.{domain of the account above}. */
import { fold } from "@/ui/frame/palette-entries";

/** "Best Buy, Inc." below cloudpbx.com: best-buy-inc.cloudpbx.com. Empty while there is nothing to go by. */
export function suggestedRealm(name: string, above: string): string {
  const label = fold(name)
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return label && above ? `${label}.${above}` : "";
}

/** A domain name as the API takes it: labels of letters, digits and dashes, at least two. */
export function isRealm(text: string): boolean {
  return text.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}
