// What make-series answers, lists in the place of values, as rows that can be drawn.

import type { Answer, Value } from "../kusto/answer";

const TIME = /^\d{4}-\d\d-\d\dT/;

/** The answer with a row for each place of its lists, if it has a list of times and lists of numbers beside it. */
export function unrolled(answer: Answer): Answer {
  const { columns, rows } = answer;
  const lists = columns.flatMap((c, i) => (c.type === "dynamic" && rows.length > 0 && rows.every((row) => Array.isArray(row[i])) ? [i] : []));
  const all = (i: number, is: (value: Value) => boolean) => rows.every((row) => (row[i] as Value[]).every(is));
  const times = lists.find((i) => all(i, (v) => typeof v === "string" && TIME.test(v)));
  const numbers = lists.filter((i) => i !== times && all(i, (v) => v === null || typeof v === "number" || typeof v === "bigint"));
  if (times === undefined || numbers.length === 0) return answer;
  const kind = (i: number) => (i === times ? "datetime" : numbers.includes(i) ? "real" : columns[i]?.type ?? "dynamic");
  return {
    ...answer,
    columns: columns.map((c, i) => ({ ...c, type: kind(i) })),
    rows: rows.flatMap((row) => (row[times] as Value[]).map((_, at) => row.map((value, i) => (i === times || numbers.includes(i) ? ((value as Value[])[at] ?? null) : value)))),
  };
}
