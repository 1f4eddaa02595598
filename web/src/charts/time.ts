// Charts over time.

import type { EChartsCoreOption } from "echarts/core";
import { moment, offset, span, tick, type Zone } from "../format/times";
import { FONT } from "./font";
import type { Palette } from "./palette";
import { cut, tip } from "./tooltip";

export interface Series {
  name: string;
  /** One value a bar of the axis. */
  values: number[];
  colour: string;
  /** Values are drawn below the axis. */
  below?: boolean;
  /** Drawn over the others as a thin line, not added to them. */
  line?: boolean;
  /** Drawn dashed: what was in the period before. Those of one name are one entry of the legend. */
  dashed?: boolean;
  /** What the tooltip calls it; its name without this. */
  told?: string;
}

export interface TimeChart {
  /** Starts of the bars, milliseconds. */
  times: number[];
  step: number;
  zone: Zone;
  series: Series[];
  kind: "area" | "bars" | "lines";
  /** A value for people. */
  format: (value: number) => string;
  exact: (value: number) => string;
}

export function timeOption(chart: TimeChart, colours: Palette): EChartsCoreOption {
  const { times, step, zone, series, kind } = chart;
  const labelled = ticks(times, step, zone);
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 6, right: 14, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: {
      top: 0, left: 0, type: "scroll", icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 14,
      textStyle: { color: colours.muted, fontSize: 12, fontFamily: FONT }, pageTextStyle: { color: colours.muted }, pageIconColor: colours.muted,
      formatter: (name: string) => cut(name, 32),
      data: [...new Map([...series.filter((s) => !s.dashed), ...series.filter((s) => s.dashed)].map((s) => [s.name, s.dashed ? { name: s.name, icon: DASHES, itemStyle: { color: colours.muted } } : { name: s.name }])).values()],
    },
    tooltip: {
      trigger: "axis", confine: true, transitionDuration: 0, appendTo: "body", className: "tip-box",
      axisPointer: { type: kind === "bars" ? "shadow" : "line", lineStyle: { color: colours.muted }, shadowStyle: { opacity: 0.12 } },
      formatter: (items: { dataIndex: number }[]) => {
        const at = items[0]?.dataIndex ?? 0;
        const time = times[at] ?? NaN;
        return tip(
          `${moment(time, zone)} – ${moment(time + step, zone).replace(/^.*, /, "")}`,
          series.map((s) => ({ colour: s.colour, name: s.told ?? s.name, faint: s.dashed === true, value: chart.exact(s.values[at] ?? 0) })),
        );
      },
    },
    xAxis: {
      type: "category", data: times.map((t) => tick(t, zone, step)), boundaryGap: kind === "bars",
      axisLine: { lineStyle: { color: colours.line }, onZero: true }, axisTick: { show: false },
      axisLabel: { color: colours.muted, fontSize: 11, fontFamily: FONT, interval: (i: number) => labelled.has(i) },
    },
    yAxis: {
      type: "value", splitNumber: 4,
      axisLabel: { color: colours.muted, fontSize: 11, fontFamily: FONT, formatter: (v: number) => chart.format(Math.abs(v)) },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: series.map((s) => ({
      name: s.name,
      type: kind === "bars" && !s.line && !s.dashed ? "bar" : "line",
      ...(s.line || s.dashed || kind === "lines" ? {} : { stack: s.below ? "below" : "above" }),
      data: s.values.map((v) => (s.below ? -v : v)),
      color: s.colour,
      symbol: "circle",
      symbolSize: 5,
      showSymbol: times.length === 1,
      lineStyle: s.dashed ? { width: 1.3, type: [4, 4], opacity: 0.75 } : { width: 1.6 },
      // Lines behind lines, but in front of bars.
      ...(s.dashed ? { z: kind === "bars" ? 3 : 1, silent: true } : {}),
      ...(kind === "area" && !s.line && !s.dashed ? { areaStyle: { opacity: 0.28 } } : {}),
      emphasis: { disabled: true },
      barMaxWidth: 26,
      barCategoryGap: "18%",
    })),
  };
}

/** The same series in the period before, which began `back` milliseconds earlier. */
export function before(back: number, series: Series, values: number[]): Series {
  const name = `The ${span(back)} before`;
  return { ...series, name, told: `${series.name}, ${span(back)} before`, values, dashed: true };
}

/** Two dashes, for the legend. */
const DASHES = "path://M0,4h6v2h-6z M9,4h6v2h-6z";

/** Which bars get a label: whole hours or days, nine at most. */
function ticks(times: number[], step: number, zone: Zone): Set<number> {
  for (const every of [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2160].map((h) => h * 3_600_000)) {
    if (every < step) continue;
    const found = times.flatMap((t, i) => ((t + offset(t, zone)) % every < step ? [i] : []));
    if (found.length > 0 && found.length <= 9) return new Set(found);
  }
  return new Set([0]);
}

/** Values by the bars of an axis; bars without a row are 0. */
export function fill(times: number[], rows: { time: number; value: number }[]): number[] {
  const at = new Map(rows.map((r) => [r.time, r.value]));
  return times.map((t) => at.get(t) ?? 0);
}
