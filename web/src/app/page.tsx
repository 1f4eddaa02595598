// What every page shares: the filter of the address bar, the time range it means, the workspace, the refresh.

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { milliseconds, number, records } from "../kusto/answer";
import { compose, declared } from "../kusto/compose";
import { datetime, string, timespan } from "../kusto/literal";
import type { QueryError } from "../kusto/client";
import { useQuery } from "../kusto/useQuery";
import { shipped } from "../library";
import * as model from "../filter/model";
import { parseRange, step, type Range } from "../filter/time";
import { navigate, usePlace, withSearch } from "./router";
import { useSettings } from "./settings";

/** What times the tables cover; null where there are no flow rows. */
export interface Extent {
  start: number;
  end: number;
  /** Length of a row's interval. */
  interval: number;
}

/** Flows that a dialog is to show: those of the page that meet the conditions as well. */
export interface Flows {
  title: string;
  conditions: model.Condition[];
}

export interface Page {
  filter: model.Filter;
  range: Range;
  /** Length of a bar of a chart over time. */
  step: number;
  extent: Extent | null;
  /** Milliseconds back to the period before, where it is compared with and the tables hold all of it; otherwise 0. */
  back: number;
  /** The extent is not known yet. */
  starting: boolean;
  failure: QueryError | null;
  database: string;
  /** Counts refreshes: a query asked again under a new number is run again. */
  version: number;
  refresh: () => void;
  setFilter: (filter: model.Filter, how?: "push" | "replace") => void;
  /** Adds a condition on a field. */
  narrow: (field: string, value: string, not?: boolean) => void;
  /** A shipped query with this page's range, unit and filter in it, and further conditions in KQL. */
  compose: (name: string, parameters?: Record<string, string>, conditions?: string[]) => string;
  /** Flows that are shown one by one; null while the dialog is closed. */
  flows: Flows | null;
  showFlows: (flows: Flows | null) => void;
}

const Context = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(Context);
  if (!page) throw new Error("usePage outside of PageProvider");
  return page;
}

const HOUR = 3_600_000;

export function PageProvider({ children }: { children: ReactNode }) {
  const { search, path } = usePlace();
  const { database, refreshSeconds } = useSettings();
  const [version, setVersion] = useState(0);
  const refresh = useCallback(() => setVersion((n) => n + 1), []);

  useEffect(() => {
    if (refreshSeconds === 0) return;
    const timer = setInterval(() => {
      if (!document.hidden) refresh();
    }, refreshSeconds * 1000);
    return () => clearInterval(timer);
  }, [refreshSeconds, refresh]);

  const filter = useMemo(() => model.read(new URLSearchParams(search)), [search]);
  const extentState = useQuery(shipped("health/extent"), database, version, true);
  const extent = useMemo((): Extent | null => {
    const row = extentState.answer ? records(extentState.answer)[0] : undefined;
    const start = milliseconds(row?.["First"]);
    const end = milliseconds(row?.["Last"]);
    if (!row || !Number.isFinite(start) || !Number.isFinite(end)) return null;
    return { start, end, interval: Math.max(number(row["IntervalMinutes"]) * 60_000, 600_000) };
  }, [extentState.answer]);

  // "Now" stands still until a refresh or another range, so that panels agree and answers can be kept.
  const now = useMemo(() => Math.floor(Date.now() / 60_000) * 60_000, [version, filter.time]);
  const range = useMemo(
    () => parseRange(filter.time, now) ?? parseRange(model.EMPTY.time, now) ?? { start: now - 24 * HOUR, end: now, moving: true },
    [filter.time, now],
  );
  const interval = extent?.interval ?? HOUR;
  const bar = step(range, interval);
  const length = range.end - range.start;
  // A period that the tables cover in part is no measure for this one.
  const back = filter.compare && extent !== null && extent.start <= range.start - length + 0.05 * length ? length : 0;
  const condition = useMemo(() => model.toKql(filter), [filter]);

  const setFilter = useCallback(
    (next: model.Filter, how: "push" | "replace" = "push") =>
      navigate(withSearch(path, model.write(next, new URLSearchParams(location.search))), how),
    [path],
  );
  const narrow = useCallback(
    (field: string, value: string, not = false) =>
      setFilter(model.add(model.read(new URLSearchParams(location.search)), { field, values: [value], not })),
    [setFilter],
  );
  const composed = useCallback(
    (name: string, parameters: Record<string, string> = {}, conditions: string[] = []) => {
      const file = shipped(name);
      const all: Record<string, string> = {
        period: timespan(range.end - range.start),
        until: datetime(range.end),
        step: timespan(bar),
        // Asked for before it is known whether the tables hold it: an answer need not be asked for again then.
        back: timespan(filter.compare ? range.end - range.start : 0),
        unit: string(filter.unit),
        ...parameters,
      };
      const known = declared(file);
      return compose(file, Object.fromEntries(Object.entries(all).filter(([k]) => known.includes(k))), [condition, ...conditions].filter((c) => c !== "").join("\n        and "));
    },
    [range, bar, filter.unit, filter.compare, condition],
  );

  const [flows, showFlows] = useState<Flows | null>(null);
  const page = useMemo(
    (): Page => ({
      filter, range, step: bar, extent, back,
      starting: extentState.answer === null && extentState.running,
      failure: extentState.error,
      database, version, refresh, setFilter, narrow, compose: composed, flows, showFlows,
    }),
    [filter, range, bar, extent, back, extentState, database, version, refresh, setFilter, narrow, composed, flows],
  );
  return <Context.Provider value={page}>{children}</Context.Provider>;
}
