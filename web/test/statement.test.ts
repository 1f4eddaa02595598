import { expect, test } from "vitest";
import { around } from "../src/query/statement";

const TEXT = ["// first", "A", "| take 1", "", "", "let x = 1;", "", "B | where y == x", "", "C"].join("\n");

test("blank lines part queries, but not a let from its query", () => {
  expect(around(TEXT, 1)?.text).toBe("// first\nA\n| take 1");
  expect(around(TEXT, 5)?.text).toBe("let x = 1;\n\nB | where y == x");
  expect(around(TEXT, 7)?.text).toBe("let x = 1;\n\nB | where y == x");
  expect(around(TEXT, 9)?.text).toBe("C");
  // A blank line means the query above it.
  expect(around(TEXT, 4)?.text).toBe("// first\nA\n| take 1");
  expect(around("", 0)).toBeNull();
  expect(around("\n\nA", 0)?.text).toBe("A");
});
