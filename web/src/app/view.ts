// What the address bar asks to see, and a shipped query that asks for it. Nothing here draws: it is read first.

import * as model from "../filter/model";
import { parseRange, step, type Range } from "../filter/time";
import { compose, declared } from "../kusto/compose";
import { datetime, string, timespan } from "../kusto/literal";
import { shipped } from "../library";

const HOUR = 3_600_000;

/** What a page shows. */
export interface View {
  filter: model.Filter;
  range: Range;
  /** Length of a bar of a chart over time. */
  step: number;
}

/** The newest whole minute: "now" stands still for a while, so that panels agree and answers can be kept. */
export function minute(): number {
  return Math.floor(Date.now() / 60_000) * 60_000;
}

export function rangeOf(filter: model.Filter, now: number): Range {
  return parseRange(filter.time, now) ?? parseRange(model.EMPTY.time, now) ?? { start: now - 24 * HOUR, end: now, moving: true };
}

/** A view of flows whose rows have intervals of this length; an hour as long as it is not known. */
export function viewOf(filter: model.Filter, range: Range, interval = HOUR): View {
  return { filter, range, step: step(range, interval) };
}

/** A shipped query with a view's range, unit and filter in it, and further conditions in KQL. */
export function composeFor({ filter, range, step: bar }: View, name: string, parameters: Record<string, string> = {}, conditions: string[] = []): string {
  const file = shipped(name);
  const length = range.end - range.start;
  const all: Record<string, string> = {
    period: timespan(length),
    until: datetime(range.end),
    step: timespan(bar),
    // Asked for before it is known whether the tables hold it: an answer need not be asked for again then.
    back: timespan(filter.compare ? length : 0),
    unit: string(filter.unit),
    ...parameters,
  };
  const known = declared(file);
  const condition = [model.toKql(filter), ...conditions].filter((c) => c !== "").join("\n        and ");
  return compose(file, Object.fromEntries(Object.entries(all).filter(([k]) => known.includes(k))), condition);
}
