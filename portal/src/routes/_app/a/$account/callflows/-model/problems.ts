/** Which step a problem belongs to. */
import type { FlowProblem } from "./types";

/** How many errors and warnings each step has: a problem belongs to the deepest step that its path names. */
export function countProblems(problems: readonly FlowProblem[], steps: { has: (id: string) => boolean }): Map<string, { errors: number; warnings: number }> {
  const counts = new Map<string, { errors: number; warnings: number }>();
  for (const { path, severity } of problems) {
    const id = stepOfProblem(path, steps);
    if (!id) continue;
    const now = counts.get(id) ?? { errors: 0, warnings: 0 };
    counts.set(id, severity === "error" ? { ...now, errors: now.errors + 1 } : { ...now, warnings: now.warnings + 1 });
  }
  return counts;
}

/** The id of the step that a problem's path points at or into; undefined when it is about the flow as a whole. */
export function stepOfProblem(path: string, steps: { has: (id: string) => boolean }): string | undefined {
  for (let id = path; id.includes("."); id = id.slice(0, id.lastIndexOf("."))) if (steps.has(id)) return id;
  return steps.has(path) ? path : path.startsWith("flow") && steps.has("flow") ? "flow" : undefined;
}
