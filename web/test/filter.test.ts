import { expect, test } from "vitest";
import { add, EMPTY, label, parseTyped, read, toKql, write, type Filter } from "../src/filter/model";

const FULL: Filter = {
  time: "7d", types: ["S2S", "P2S"], direction: "Inbound", status: "Denied", unit: "flows", compare: false,
  conditions: [{ field: "port", values: ["443", "8000-8999"], not: false }, { field: "rule", values: ['<script>"'], not: true }, { kql: "BytesSrcToDest > 1000" }],
};

test("a filter comes back from the address as it went in", () => {
  expect(read(write(FULL, new URLSearchParams("by=ip")))).toEqual(FULL);
  expect(write(EMPTY, new URLSearchParams("by=ip")).toString()).toBe("by=ip");
});

test("what is not understood in an address is left out", () => {
  const wrong = new URLSearchParams("unit=litres&direction=up&where=nofield:[\"1\"]&where=port:443&where=port:[1]&where=kql:&where=x");
  expect(read(wrong)).toEqual(EMPTY);
});

test("conditions become KQL with their values quoted", () => {
  const kql = toKql(FULL);
  expect(kql).toContain('FlowType in ("S2S", "P2S")');
  expect(kql).toContain("(DestPort == 443 or DestPort between (8000 .. 8999))");
  expect(kql).toContain('not(AclRule == "<script>\\"")');
  expect(kql).toContain("(BytesSrcToDest > 1000)");
  expect(toKql(EMPTY)).toBe("");
  expect(toKql({ ...EMPTY, conditions: [{ field: "port", values: ["1); drop"], not: false }] })).toBe("DestPort == -1");
});

test("an address is looked for at both ends, and in ranges", () => {
  const one = toKql({ ...EMPTY, conditions: [{ field: "ip", values: ["10.1.1.8"], not: false }] });
  expect(one).toContain('SrcIp == "10.1.1.8" or DestIp == "10.1.1.8"');
  expect(toKql({ ...EMPTY, conditions: [{ field: "ip", values: ["fd00::/8"], not: false }] })).toContain("ipv6_is_in_range(SrcIp");
});

test("asking again narrows, but a flow has two ends", () => {
  const once = add(EMPTY, { field: "port", values: ["80"], not: false });
  expect(add(once, { field: "port", values: ["443"], not: false }).conditions).toEqual([{ field: "port", values: ["443"], not: false }]);
  const ends = add(add(EMPTY, { field: "ip", values: ["a"], not: false }), { field: "ip", values: ["b"], not: false });
  expect(ends.conditions).toHaveLength(2);
  expect(add(ends, { field: "ip", values: ["b"], not: false })).toBe(ends);
  const left = add(add(EMPTY, { field: "rule", values: ["a"], not: true }), { field: "rule", values: ["b"], not: true });
  expect(left.conditions).toEqual([{ field: "rule", values: ["a", "b"], not: true }]);
});

test("people's words are read", () => {
  expect(parseTyped("port 443, 80")).toEqual({ field: "port", values: ["443", "80"], not: false });
  expect(parseTyped('app != "https"')).toEqual({ field: "app", values: ["https"], not: true });
  expect(parseTyped("-ip=10.0.0.0/8")).toEqual({ field: "ip", values: ["10.0.0.0/8"], not: true });
  expect(parseTyped("10.1.1.8")).toEqual({ field: "ip", values: ["10.1.1.8"], not: false });
  expect(parseTyped("DestPort in (1, 2)")).toEqual({ kql: "DestPort in (1, 2)" });
  expect(parseTyped("  ")).toBeNull();
  expect(label({ field: "subnet", values: [""], not: true })).toBe("Subnet is not (blank)");
});
