// What a query answers, and small steps on it.

/** A value as the protocol has it: datetimes and timespans are text, a dynamic is what it is in JSON. */
export type Value = string | number | bigint | boolean | null | Value[] | { [key: string]: Value };

export interface Column {
  name: string;
  /** Kusto's name of the type: string, long, datetime, … */
  type: string;
}

export interface Answer {
  columns: Column[];
  rows: Value[][];
  /** What `render` asked for; null without it. */
  visualization: Visualization | null;
  /** Seconds from sending to having read the answer. */
  seconds: number;
  /** Seconds that the server says it took; null when it does not say. */
  serverSeconds: number | null;
  /** Why there are fewer rows than there should be; null when all are here. */
  warning: string | null;
}

/** The properties of `render`, as the protocol names them. */
export interface Visualization {
  Visualization: string | null;
  Title?: string | null;
  XColumn?: string | null;
  Series?: string | string[] | null;
  YColumns?: string | string[] | null;
  XTitle?: string | null;
  YTitle?: string | null;
  XAxis?: string | null;
  YAxis?: string | null;
  Legend?: string | null;
  Kind?: string | null;
  Accumulate?: boolean;
  Ymin?: string | number | null;
  Ymax?: string | number | null;
}

/** A row by the names of its columns. */
export type Row = Record<string, Value>;

/** The rows of an answer by name. */
export function records(answer: Answer): Row[] {
  return answer.rows.map((row) => {
    const record: Row = {};
    answer.columns.forEach((column, i) => (record[column.name] = row[i] ?? null));
    return record;
  });
}

/** A number, whatever the form it came in; 0 for what is none. */
export function number(value: Value | undefined): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && value !== "") {
    const parsed = Number(value);
    return Number.isFinite(parsed) ? parsed : 0;
  }
  return 0;
}

/** Text, "" for null. */
export function text(value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "object") return JSON.stringify(value, (_k, v: unknown) => (typeof v === "bigint" ? v.toString() : v));
  return String(value);
}

/** Milliseconds since 1970 of a datetime; NaN for null. */
export function milliseconds(value: Value | undefined): number {
  return typeof value === "string" ? Date.parse(value.replace(/(\.\d{3})\d+/, "$1")) : NaN;
}
