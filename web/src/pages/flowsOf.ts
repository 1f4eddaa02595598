// Which flows a row of a table is the sum of.

import type { Flows } from "../app/page";
import type { Condition } from "../filter/model";
import { text, type Row } from "../kusto/answer";

/** A condition on one value of a field. */
export function is(field: string, value: string): Condition {
  return { field, values: [value], not: false };
}

/** All flows between two addresses, whichever began. */
export function pair(a: string, b: string): Flows {
  return { title: `${a} ↔ ${b}`, conditions: [is("ip", a), is("ip", b)] };
}

/** Flows by fields of the filter, each the value of a column; columns that a row has blank are left out. */
export function byColumns(row: Row, title: string, columns: Record<string, string>, kql: string[] = []): Flows {
  const fields = Object.entries(columns).filter(([, column]) => text(row[column]) !== "");
  return { title, conditions: [...fields.map(([field, column]) => is(field, text(row[column]))), ...kql.map((k) => ({ kql: k }))] };
}
