// The chart that `render` asks for, of any answer. Which column is what follows Kusto's rules: the first column is the
// axis, text columns part into series, number columns are the values.
// Source: https://learn.microsoft.com/kusto/query/render-operator

import type { EChartsCoreOption } from "echarts/core";
import { short } from "../format/numbers";
import { moment, offset, stamp, tick, type Zone } from "../format/times";
import { milliseconds, number, text, type Answer, type Visualization } from "../kusto/answer";
import { FONT } from "./font";
import type { Palette } from "./palette";
import { cut, tip } from "./tooltip";
import { unrolled } from "./unrolled";

export const KINDS = ["timechart", "linechart", "areachart", "stackedareachart", "columnchart", "barchart", "piechart", "scatterchart"] as const;
export type Kind = (typeof KINDS)[number];

export interface Picture {
  option: (colours: Palette) => EChartsCoreOption;
  /** Height in pixels where the picture needs more than usual. */
  height?: number;
  /** What was left out. */
  note?: string;
}

const NUMERIC = new Set(["int", "long", "real", "decimal"]);
const SERIES_MAX = 30;
/** Series that are added up before the largest are taken. */
const SERIES_READ_MAX = 5000;
const CATEGORIES_MAX = 2000;
const SLICES_MAX = 12;

function listed(value: string | string[] | null | undefined): string[] {
  if (!value) return [];
  return (Array.isArray(value) ? value : value.split(",")).map((v) => v.trim()).filter((v) => v !== "");
}

/** What can be drawn of an answer, or why nothing can. */
export function picture(answer: Answer, kind: Kind, render: Visualization | null, zone: Zone): Picture | string {
  const { columns, rows } = unrolled(answer);
  const index = (name: string) => columns.findIndex((c) => c.name === name);
  const wantedX = render?.XColumn ? index(render.XColumn) : -1;
  const firstTime = columns.findIndex((c) => c.type === "datetime");
  const x = wantedX >= 0 ? wantedX : kind === "timechart" && firstTime >= 0 ? firstTime : kind === "piechart" || kind === "columnchart" || kind === "barchart" ? firstOr(columns.findIndex((c) => !NUMERIC.has(c.type)), 0) : firstOr(firstTime, 0);
  const wantedY = listed(render?.YColumns).map(index).filter((i) => i >= 0);
  const ys = wantedY.length > 0 ? wantedY : columns.flatMap((c, i) => (i !== x && NUMERIC.has(c.type) ? [i] : []));
  const wantedSeries = listed(render?.Series).map(index).filter((i) => i >= 0);
  const parts = wantedSeries.length > 0 ? wantedSeries : columns.flatMap((c, i) => (i !== x && !ys.includes(i) && (c.type === "string" || c.type === "guid" || c.type === "bool") ? [i] : []));
  if (rows.length === 0) return "There is no row to draw.";
  if (ys.length === 0 || columns[x] === undefined) return "A chart needs a column of numbers beside the one for its axis.";
  const axis = columns[x];
  const time = axis.type === "datetime";
  const numeric = NUMERIC.has(axis.type) || axis.type === "timespan";

  // Series by name, each a value per place on the axis.
  const places = new Map<string, number>();
  const keys: { label: string; at: number }[] = [];
  const series = new Map<string, Map<number, number>>();
  let left = 0;
  for (const row of rows) {
    const raw = row[x] ?? null;
    const key = text(raw);
    let place = places.get(key);
    if (place === undefined) {
      if (places.size >= CATEGORIES_MAX) {
        left += 1;
        continue;
      }
      place = places.size;
      places.set(key, place);
      keys.push({ label: time ? moment(milliseconds(raw), zone) : key === "" ? "(blank)" : key, at: time ? milliseconds(raw) : number(raw) });
    }
    const part = parts.map((p) => text(row[p]) || "(blank)").join(", ");
    for (const y of ys) {
      const name = part === "" ? (columns[y]?.name ?? "") : ys.length > 1 ? `${part}: ${columns[y]?.name ?? ""}` : part;
      let values = series.get(name);
      if (!values) {
        if (series.size >= SERIES_READ_MAX) {
          left += 1;
          continue;
        }
        series.set(name, (values = new Map()));
      }
      values.set(place, (values.get(place) ?? 0) + number(row[y]));
    }
  }
  // Of many series the largest are drawn.
  const sum = (values: Map<number, number>) => [...values.values()].reduce((s, v) => s + Math.abs(v), 0);
  const largest = [...series].sort((a, b) => sum(b[1]) - sum(a[1]));
  for (const [name, values] of largest.slice(SERIES_MAX)) {
    series.delete(name);
    left += values.size;
  }
  const note = left > 0 ? `${left.toLocaleString("en-GB")} values are not drawn: more than ${SERIES_MAX} series or ${CATEGORIES_MAX} places.` : undefined;

  if (kind === "piechart") {
    const slices = [...keys.map((k, i) => ({ name: k.label, value: [...series.values()].reduce((s, v) => s + (v.get(i) ?? 0), 0) }))].sort((a, b) => b.value - a.value);
    const kept = slices.slice(0, SLICES_MAX - 1);
    const rest = slices.slice(SLICES_MAX - 1);
    if (rest.length > 0) kept.push({ name: `${rest.length} others`, value: rest.reduce((s, r) => s + r.value, 0) });
    return { option: (c) => pie(kept, c, render), height: 320, ...(note ? { note } : {}) };
  }
  // Lines need their places in the order of the axis; bars keep the order of the rows.
  const order = keys.map((_k, i) => i);
  if (time || (numeric && kind !== "columnchart" && kind !== "barchart")) order.sort((a, b) => (keys[a]?.at ?? 0) - (keys[b]?.at ?? 0));
  const data = [...series].map(([name, values]) => ({ name, values: order.map((i) => values.get(i)) }));
  // Whole days need no hours.
  const days = time && keys.every((k) => (k.at + offset(k.at, zone)) % 86_400_000 === 0);
  const labels = order.map((i) => (days ? tick(keys[i]?.at ?? 0, zone, 86_400_000) : (keys[i]?.label ?? "")));
  const continuous = kind !== "columnchart" && kind !== "barchart" && (time || numeric);
  const made: Picture = {
    option: (c) => cartesian({ kind, render, labels, at: order.map((i) => keys[i]?.at ?? 0), time, continuous, data, zone }, c),
    ...(kind === "barchart" ? { height: Math.max(280, labels.length * (render?.Kind === "unstacked" || render?.Kind === "clustered" ? 12 * data.length + 8 : 22) + 70) } : {}),
    ...(note ? { note } : {}),
  };
  if (made.height && made.height > 4000) made.height = 4000;
  return made;
}

function firstOr(found: number, otherwise: number): number {
  return found >= 0 ? found : otherwise;
}

function legend(names: string[], c: Palette, hidden: boolean) {
  return {
    show: names.length > 1 && !hidden, type: "scroll", top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 14,
    textStyle: { color: c.muted, fontSize: 12, fontFamily: FONT }, pageTextStyle: { color: c.muted }, pageIconColor: c.muted, pageIconInactiveColor: c.line,
    formatter: (name: string) => cut(name, 36),
  };
}

interface Cartesian {
  kind: Kind;
  render: Visualization | null;
  labels: string[];
  at: number[];
  time: boolean;
  continuous: boolean;
  data: { name: string; values: (number | undefined)[] }[];
  zone: Zone;
}

function cartesian(chart: Cartesian, c: Palette): EChartsCoreOption {
  const { kind, render, labels, at, time, continuous, data, zone } = chart;
  const horizontal = kind === "barchart";
  const bar = kind === "columnchart" || kind === "barchart";
  const stacked = kind === "stackedareachart" || render?.Kind === "stacked" || render?.Kind === "stacked100" || (bar && render?.Kind !== "unstacked" && render?.Kind !== "clustered");
  const limit = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : typeof value === "string" && value !== "NaN" && value !== "" && Number.isFinite(Number(value)) ? Number(value) : undefined);
  const log = render?.YAxis === "log";
  const label = { color: c.muted, fontSize: 11, fontFamily: FONT, hideOverlap: true };
  const values = {
    type: log ? "log" : "value", splitNumber: 5, min: limit(render?.Ymin), max: limit(render?.Ymax), name: "",
    axisLabel: { ...label, formatter: (v: number) => short(v) }, splitLine: { lineStyle: { color: c.line } },
  };
  const places = continuous
    ? { type: time ? "time" : "value", scale: true, axisLabel: { ...label, ...(time ? { formatter: (v: number) => timeLabel(v, at, zone) } : { formatter: (v: number) => short(v) }) }, axisLine: { lineStyle: { color: c.line } }, splitLine: { show: false } }
    : { type: "category", data: labels, inverse: horizontal, axisTick: { show: false }, axisLine: { lineStyle: { color: c.line } }, axisLabel: { ...label, formatter: (v: string) => cut(v, horizontal ? 34 : 18), ...(horizontal ? { interval: 0 } : {}) } };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    color: c.series,
    grid: { left: 10, right: 20, top: data.length > 1 && render?.Legend !== "hidden" ? 36 : 14, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: legend(data.map((d) => d.name), c, render?.Legend === "hidden"),
    tooltip: {
      trigger: kind === "scatterchart" ? "item" : "axis", confine: true, transitionDuration: 0, appendTo: "body", className: "tip-box",
      axisPointer: { type: bar ? "shadow" : "line" },
      formatter: (given: unknown) => {
        const items = (Array.isArray(given) ? given : [given]) as { dataIndex: number; seriesName: string; color: string; value: unknown }[];
        const first = items[0];
        const title = first === undefined ? "" : (labels[first.dataIndex] ?? "");
        return tip(
          cut(title, 80),
          items
            .map((i) => ({ colour: i.color, name: i.seriesName, number: Array.isArray(i.value) ? Number(i.value[1]) : Number(i.value) }))
            .filter((i) => Number.isFinite(i.number))
            .sort((a, b) => b.number - a.number)
            .slice(0, 14)
            .map((i) => ({ colour: i.colour, name: i.name, value: i.number.toLocaleString("en-GB") })),
        );
      },
    },
    ...(horizontal ? { xAxis: values, yAxis: places } : { xAxis: places, yAxis: values }),
    series: data.map((d) => ({
      name: d.name,
      type: kind === "scatterchart" ? "scatter" : bar ? "bar" : "line",
      ...(stacked ? { stack: "all" } : {}),
      data: d.values.map((v, i) => (continuous ? [at[i], v ?? null] : (v ?? null))),
      ...(kind === "areachart" || kind === "stackedareachart" ? { areaStyle: { opacity: 0.3 } } : {}),
      connectNulls: !stacked,
      symbolSize: kind === "scatterchart" ? 7 : 5,
      showSymbol: kind === "scatterchart" || at.length < 40,
      lineStyle: { width: 1.8 },
      barMaxWidth: 34,
      emphasis: { disabled: true },
    })),
  };
}

function timeLabel(value: number, at: number[], zone: Zone): string {
  const long = (at.at(-1) ?? 0) - (at[0] ?? 0) > 2 * 86_400_000;
  const whole = stamp(value, zone, false);
  const midnight = whole.endsWith("00:00");
  return midnight || (long && !/(00|06|12|18):00$/.test(whole)) ? moment(value, zone).replace(/^\w+ /, "").replace(/,.*$/, "") : whole.slice(11);
}

function pie(slices: { name: string; value: number }[], c: Palette, render: Visualization | null): EChartsCoreOption {
  const total = slices.reduce((s, p) => s + p.value, 0);
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    color: c.series,
    legend: { ...legend(slices.map((s) => s.name), c, render?.Legend === "hidden"), show: render?.Legend !== "hidden", orient: "vertical", left: "56%", top: "middle", formatter: (name: string) => `${cut(name, 28)}   ${short(slices.find((s) => s.name === name)?.value ?? 0)}` },
    tooltip: {
      confine: true, appendTo: "body", className: "tip-box",
      formatter: (item: { name: string; value: number; color: string }) => tip(cut(item.name, 80), [{ colour: item.color, name: total > 0 ? `${((100 * item.value) / total).toFixed(1)} %` : "", value: item.value.toLocaleString("en-GB") }]),
    },
    series: [{ type: "pie", radius: ["46%", "76%"], center: ["28%", "50%"], data: slices, label: { show: false }, itemStyle: { borderColor: c.ground, borderWidth: 2 }, emphasis: { scaleSize: 4 } }],
  };
}
