import { expect, test } from "vitest";
import { counted, ordered, type Finding, type Report, type Verdict } from "../src/pages/doctor";

function finding(check: string, verdict: Verdict): Finding {
  return { check, title: check, verdict, summary: "", examples: [], advice: "", query: "", found: 0, rows: [] };
}

test("the worst is at the top, and the order of the checks stays", () => {
  const checks = [finding("a", "ok"), finding("b", "note"), finding("c", "problem"), finding("d", "note"), finding("e", "warning")];
  expect(ordered(checks).map((f) => f.check)).toEqual(["c", "e", "b", "d", "a"]);
});

test("findings are counted in words", () => {
  const report = (problems: number, warnings: number, notes: number): Report => ({ verdict: "ok", problems, warnings, notes, checks: [] });
  expect(counted(report(0, 0, 0))).toBe("nothing is wrong");
  expect(counted(report(0, 1, 0))).toBe("1 warning");
  expect(counted(report(1, 2, 3))).toBe("1 problem, 2 warnings and 3 notes");
});
