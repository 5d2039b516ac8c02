/** How an account pays for its calls, read off its limits (what the accounts above allow it). Pure. */
export interface Terms {
  allow_prepay?: boolean;
  allow_postpay?: boolean;
  max_postpay_amount?: number;
  max_daily_spend?: number | null;
  max_monthly_spend?: number | null;
}

export interface Term {
  word: "terms.prepaid" | "terms.postpaid" | "terms.none" | "terms.daily" | "terms.monthly";
  amount?: number;
}

export function termsOf({ allow_prepay: prepay, allow_postpay: postpay, max_postpay_amount: below = 0, max_daily_spend: daily, max_monthly_spend: monthly }: Terms): Term[] {
  const paid: Term = postpay === true ? { word: "terms.postpaid", amount: Math.abs(below) } : { word: prepay === false ? "terms.none" : "terms.prepaid" };
  return [paid, ...(typeof daily === "number" ? [{ word: "terms.daily", amount: daily } as const] : []), ...(typeof monthly === "number" ? [{ word: "terms.monthly", amount: monthly } as const] : [])];
}
