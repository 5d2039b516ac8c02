/** What is said of how calls are paid is what the call path does. */
import { expect, test } from "vitest";

import { termsOf } from "./-terms";

test("C3: prepaid unless post-pay is allowed; neither means no calls that cost", () => {
  expect(termsOf({})).toEqual([{ word: "terms.prepaid" }]);
  expect(termsOf({ allow_prepay: false })).toEqual([{ word: "terms.none" }]);
  expect(termsOf({ allow_postpay: true, max_postpay_amount: -20, max_daily_spend: 5 })).toEqual([
    { word: "terms.postpaid", amount: 20 },
    { word: "terms.daily", amount: 5 },
  ]);
});
