// The page's filter: a value, its form in the address bar, and its form in KQL.

import { string, strings } from "../kusto/literal";
import type { Unit } from "../format/numbers";
import { FIELDS } from "./fields";

/** One condition beside the fixed ones: a field and values, or KQL as a person wrote it. */
export type Condition = { field: string; values: string[]; not: boolean } | { kql: string };

export interface Filter {
  /** The time range as written: "1d", "yesterday", "2026-11-20T00:00Z..2026-11-21T00:00Z". */
  time: string;
  types: string[];
  direction: "" | "Inbound" | "Outbound";
  status: "" | "Allowed" | "Denied";
  unit: Unit;
  /** Beside the range the one before it is shown. */
  compare: boolean;
  conditions: Condition[];
}

export const EMPTY: Filter = { time: "1d", types: [], direction: "", status: "", unit: "bytes", compare: true, conditions: [] };

const UNITS: Unit[] = ["flows", "bytes", "packets"];

/** Reads a filter from the query part of an address. What is not understood is left out. */
export function read(search: URLSearchParams): Filter {
  const unit = search.get("unit") as Unit;
  const direction = search.get("direction");
  const status = search.get("status");
  return {
    time: search.get("time") || EMPTY.time,
    types: search.getAll("type").filter((t) => t !== ""),
    direction: direction === "Inbound" || direction === "Outbound" ? direction : "",
    status: status === "Allowed" || status === "Denied" ? status : "",
    unit: UNITS.includes(unit) ? unit : EMPTY.unit,
    compare: search.get("compare") !== "off",
    conditions: search.getAll("where").flatMap((text) => readCondition(text) ?? []),
  };
}

/** Writes a filter into the query part of an address; what is as usual is left out. Other entries stay. */
export function write(filter: Filter, search: URLSearchParams): URLSearchParams {
  const out = new URLSearchParams(search);
  for (const key of ["time", "type", "direction", "status", "unit", "compare", "where"]) out.delete(key);
  if (filter.time !== EMPTY.time) out.set("time", filter.time);
  for (const type of filter.types) out.append("type", type);
  if (filter.direction) out.set("direction", filter.direction);
  if (filter.status) out.set("status", filter.status);
  if (filter.unit !== EMPTY.unit) out.set("unit", filter.unit);
  if (!filter.compare) out.set("compare", "off");
  for (const condition of filter.conditions) out.append("where", writeCondition(condition));
  return out;
}

// field:["a","b"], !field:[…], kql:…
function writeCondition(condition: Condition): string {
  if ("kql" in condition) return "kql:" + condition.kql;
  return `${condition.not ? "!" : ""}${condition.field}:${JSON.stringify(condition.values)}`;
}

function readCondition(text: string): Condition | null {
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  const name = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (name === "kql") return rest.trim() ? { kql: rest } : null;
  const not = name.startsWith("!");
  const field = not ? name.slice(1) : name;
  if (!FIELDS.has(field)) return null;
  try {
    const values: unknown = JSON.parse(rest);
    if (!Array.isArray(values) || values.length === 0 || !values.every((v) => typeof v === "string")) return null;
    return { field, values: values as string[], not };
  } catch {
    return null;
  }
}

/** The condition on rows of NTANetAnalytics; "" when every row is meant. */
export function toKql(filter: Filter): string {
  const all: string[] = [];
  if (filter.types.length === 1) all.push(`FlowType == ${string(filter.types[0] ?? "")}`);
  else if (filter.types.length > 1) all.push(`FlowType in ${strings(filter.types)}`);
  if (filter.direction) all.push(`FlowDirection == ${string(filter.direction)}`);
  if (filter.status) all.push(`FlowStatus == ${string(filter.status)}`);
  for (const condition of filter.conditions) all.push(conditionKql(condition));
  return all.join("\n        and ");
}

export function conditionKql(condition: Condition): string {
  if ("kql" in condition) return `(${condition.kql})`;
  const field = FIELDS.get(condition.field);
  if (!field) return "true";
  const is = field.is(condition.values);
  return condition.not ? `not(${is})` : is;
}

/** What a condition is called on its chip. */
export function label(condition: Condition): string {
  if ("kql" in condition) return condition.kql;
  const title = FIELDS.get(condition.field)?.title ?? condition.field;
  const values = condition.values.map((v) => (v === "" ? "(blank)" : v)).join(" or ");
  return `${title} ${condition.not ? "is not" : "is"} ${values}`;
}

/** Adds a condition. A field that is asked for again is narrowed to the new value; an exclusion joins its like. */
export function add(filter: Filter, condition: Condition): Filter {
  if ("kql" in condition) return { ...filter, conditions: [...filter.conditions, condition] };
  const rest: Condition[] = [];
  let values = condition.values;
  for (const old of filter.conditions) {
    if ("kql" in old || old.field !== condition.field || old.not !== condition.not) rest.push(old);
    else if (condition.not) values = [...new Set([...old.values, ...values])];
    else if (repeatable(condition.field)) rest.push(old);
  }
  const same = rest.some((r) => JSON.stringify(r) === JSON.stringify({ ...condition, values }));
  return same ? filter : { ...filter, conditions: [...rest, { ...condition, values }] };
}

// A flow has two ends: asking for a second address means the pair.
function repeatable(field: string): boolean {
  return ["ip", "subscription", "vnet", "subnet", "nic", "vm", "scaleset", "region"].includes(field);
}

export function remove(filter: Filter, condition: Condition): Filter {
  return { ...filter, conditions: filter.conditions.filter((c) => c !== condition) };
}

/**
 * Reads what a person typed: `port 443`, `port=443`, `ip != 10.0.0.1`, `app: https, ssh`; anything else is taken as
 * KQL over the columns of the table.
 */
export function parseTyped(text: string): Condition | null {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const match = /^(-|not\s+)?([a-z]+)\s*(!=|<>|==|=|:|\s)\s*(.+)$/is.exec(trimmed);
  const field = match?.[2]?.toLowerCase();
  if (match && field && FIELDS.has(field)) {
    const values = (match[4] ?? "").split(",").map((v) => unquote(v.trim())).filter((v) => v !== "");
    const not = match[1] !== undefined || match[3] === "!=" || match[3] === "<>";
    if (values.length > 0) return { field, values, not };
  }
  if (/^[0-9a-f:.]+(\/\d+)?$/i.test(trimmed) && /[.:]/.test(trimmed)) return { field: "ip", values: [trimmed], not: false };
  return { kql: trimmed };
}

function unquote(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
