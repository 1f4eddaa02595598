import { expect, test } from "vitest";
import { command, compose, declared, describe as about } from "../src/kusto/compose";
import { library } from "../src/library";

const FILE = `// What it is.
// And more.
declare query_parameters(period:timespan = 1d, until:datetime = datetime(null), name:string = "a, (b)", rows:long);
NTANetAnalytics
| take rows
`;

test("values take the place of defaults, and only there", () => {
  expect(declared(FILE)).toEqual(["period", "until", "name", "rows"]);
  const text = compose(FILE, { period: "7d", name: '"x)"', rows: "5" }, "");
  expect(text).toContain('declare query_parameters(period:timespan = 7d, until:datetime = datetime(null), name:string = "x)", rows:long = 5);');
  expect(text).toContain("| take rows");
});

test("the filter stands for the table, behind the comment", () => {
  const text = compose(FILE, {}, "DestPort == 443");
  expect(text.indexOf("let NTANetAnalytics = NTANetAnalytics")).toBeGreaterThan(text.indexOf("And more."));
  expect(compose("WeirBlobs | count", {}, "DestPort == 443")).toBe("WeirBlobs | count");
});

test("a filter by address means the rows behind folded ones", () => {
  const text = compose(FILE, {}, 'SrcIp == "192.0.2.1"');
  expect(text).toContain("let NTANetAnalytics = weir_unfolded()\n");
});

test("what is unfolded is filtered, too", () => {
  const text = compose("weir_unfolded()\n| count", {}, "DestPort == 443");
  expect(text).toBe("let Unfolded = weir_unfolded()\n    | where DestPort == 443;\nUnfolded\n| count");
  expect(compose("weir_unfolded()\n| count", {}, "")).toBe("weir_unfolded()\n| count");
});

test("a query says what it is, and runs in a shell", () => {
  expect(about(FILE)).toBe("What it is. And more.");
  expect(command("print 'it'")).toBe(`weir query 'print '\\''it'\\'''`);
});

test("every shipped query says what it answers and holds no blank line", () => {
  expect(library.size).toBeGreaterThan(30);
  for (const [name, text] of library) {
    expect(about(text), name).not.toBe("");
    // The query page takes a blank line for the end of a query.
    expect(text.trim(), name).not.toMatch(/\n\s*\n/);
    // What the page can set is set by name: a parameter that cannot be found would stay at its default.
    const list = /declare query_parameters\(/.test(text);
    expect(declared(text).length > 0, name).toBe(list);
  }
});
