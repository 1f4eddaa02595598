import { expect, test } from "vitest";
import { datetime, string, strings, timespan } from "../src/kusto/literal";

test("a string literal never leaves its quotes or its line", () => {
  expect(string('a"b\\c')).toBe('"a\\"b\\\\c"');
  expect(string("1\n2\r\t")).toBe('"1\\n2\\r\\t"');
  expect(string("\u2028\u0000")).toBe('"\\u2028\\u0000"');
  expect(string("שלום 🌊")).toBe('"שלום 🌊"');
  expect(strings(["a", "b"])).toBe('("a", "b")');
});

test("times are written as short as they are exact", () => {
  expect(timespan(7 * 86_400_000)).toBe("7d");
  expect(timespan(90 * 60_000)).toBe("90m");
  expect(timespan(1500)).toBe("1500ms");
  expect(datetime(Date.UTC(2026, 10, 26, 16, 30))).toBe("datetime(2026-11-26T16:30:00Z)");
});
