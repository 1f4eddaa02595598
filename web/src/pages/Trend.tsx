// The few that carry most, over time: rows of Time, Name, Value and Earlier as lines, those of the period before dashed.

import { useCallback, useMemo } from "react";
import { usePage } from "../app/page";
import { useSettings } from "../app/settings";
import { Chart } from "../charts/Chart";
import type { Palette } from "../charts/palette";
import { before, fill, timeOption } from "../charts/time";
import { bars } from "../filter/time";
import { amount, type Unit } from "../format/numbers";
import { shortest } from "../format/names";
import { milliseconds, number, records, text, type Answer } from "../kusto/answer";

export function Trend({ answer, label, unit, height = 230, onName }: { answer: Answer; label: string; unit?: Unit; height?: number; onName?: (name: string) => void }) {
  const page = usePage();
  const { zone } = useSettings();
  const measured = unit ?? page.filter.unit;
  const { times, series } = useMemo(() => {
    const starts = bars(page.range, page.step);
    type Point = { time: number; value: number };
    const byName = new Map<string, { now: Point[]; before: Point[] }>();
    for (const row of records(answer)) {
      const name = text(row["Name"]);
      const found = byName.get(name) ?? { now: [], before: [] };
      (row["Earlier"] ? found.before : found.now).push({ time: milliseconds(row["Time"]), value: number(row["Value"]) });
      byName.set(name, found);
    }
    const all = [...byName].map(([name, { now, before }]) => ({
      name, values: fill(starts, now), before: fill(starts, before), sum: now.reduce((s, r) => s + r.value, 0),
    }));
    const shown = shortest([...byName.keys()]);
    return { times: starts, series: all.sort((a, b) => b.sum - a.sum).map((s) => ({ ...s, shown: shown.get(s.name) ?? s.name })) };
  }, [answer, page.range, page.step]);
  const option = useCallback(
    (c: Palette) =>
      timeOption({
        times, step: page.step, zone, kind: "lines", format: (v) => amount(v, measured), exact: (v) => `${amount(v, measured)}${measured === "bytes" ? "" : ` ${measured}`}`,
        series: series.flatMap((s, i) => {
          const line = { name: s.shown, values: s.values, colour: c.series[i % c.series.length] ?? c.allowed };
          return page.back > 0 ? [line, before(page.back, line, s.before)] : [line];
        }),
      }, c),
    [times, series, page.step, page.back, zone, measured],
  );
  return <Chart option={option} label={label} height={height} {...(onName ? { onClick: ({ seriesName }) => onName(series.find((s) => s.shown === seriesName)?.name ?? seriesName) } : {})} />;
}
