/** How a webhook stands, and which deliveries can be sent again. */
import { expect, test } from "vitest";

import { type Attempt, latestOfEach, repeatable, standing } from "./-hook";

test("H4: a hook that the system switched off is told apart from one that a person did", () => {
  expect(standing({})).toBe("on");
  expect(standing({ enabled: false })).toBe("off");
  expect(standing({ enabled: false, disable_reason: "10 deliveries in a row failed" })).toBe("failed");
});

test("H4: what is over is sent again, what is still tried is not, and nothing while the hook is off", () => {
  expect(repeatable({ state: "failed" }, true)).toBe(true);
  expect(repeatable({ state: "done" }, true)).toBe(true);
  expect(repeatable({ state: "queued" }, true)).toBe(false);
  expect(repeatable({ state: "failed" }, false)).toBe(false);
});

test("H4: of a delivery's attempts, newest first, the latest is the one to act on", () => {
  const attempts = [["3", "b"], ["2", "a"], ["1", "a"]].map(([id, event_id]) => ({ id, event_id }) as Attempt);
  expect([...latestOfEach(attempts)]).toEqual(["3", "2"]);
});
