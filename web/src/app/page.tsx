// What every page shares: the filter of the address bar, the time range it means, the workspace, the refresh.

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { milliseconds, number, records } from "../kusto/answer";
import type { QueryError } from "../kusto/client";
import { useQuery } from "../kusto/useQuery";
import { shipped } from "../library";
import * as model from "../filter/model";
import type { Range } from "../filter/time";
import { navigate, usePlace, withSearch } from "./router";
import { useSettings } from "./settings";
import { composeFor, minute, rangeOf, viewOf } from "./view";

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
  const extentState = useQuery(shipped("health/extent"), database, version, "first");
  const extent = useMemo((): Extent | null => {
    const row = extentState.answer ? records(extentState.answer)[0] : undefined;
    const start = milliseconds(row?.["First"]);
    const end = milliseconds(row?.["Last"]);
    if (!row || !Number.isFinite(start) || !Number.isFinite(end)) return null;
    return { start, end, interval: Math.max(number(row["IntervalMinutes"]) * 60_000, 600_000) };
  }, [extentState.answer]);

  // "Now" stands still until a refresh or another range.
  const now = useMemo(minute, [version, filter.time]);
  const range = useMemo(() => rangeOf(filter, now), [filter.time, now]);
  const interval = extent?.interval;
  const view = useMemo(() => viewOf(filter, range, interval), [filter, range, interval]);
  const length = range.end - range.start;
  // A period that the tables cover in part is no measure for this one.
  const back = filter.compare && extent !== null && extent.start <= range.start - length + 0.05 * length ? length : 0;

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
    (name: string, parameters: Record<string, string> = {}, conditions: string[] = []) => composeFor(view, name, parameters, conditions),
    [view],
  );
  const [flows, showFlows] = useState<Flows | null>(null);
  const page = useMemo(
    (): Page => ({
      filter, range, step: view.step, extent, back,
      starting: extentState.answer === null && extentState.running,
      failure: extentState.error,
      database, version, refresh, setFilter, narrow, compose: composed, flows, showFlows,
    }),
    [filter, range, view, extent, back, extentState, database, version, refresh, setFilter, narrow, composed, flows],
  );
  return <Context.Provider value={page}>{children}</Context.Provider>;
}
