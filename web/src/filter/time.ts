// Time ranges in words. Ranges are half-open; "now" is an argument.

import { span, stamp, type Zone } from "../format/times";

export interface Range {
  /** Milliseconds since 1970. */
  start: number;
  end: number;
  /** The end moves with the clock. */
  moving: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNIT: Record<string, number> = {
  s: 1000, sec: 1000, second: 1000, seconds: 1000,
  m: MINUTE, min: MINUTE, mins: MINUTE, minute: MINUTE, minutes: MINUTE,
  h: HOUR, hour: HOUR, hours: HOUR,
  d: DAY, day: DAY, days: DAY,
  w: 7 * DAY, week: 7 * DAY, weeks: 7 * DAY,
};

export const QUICK: { text: string; title: string }[] = [
  { text: "30m", title: "Last 30 minutes" },
  { text: "1h", title: "Last hour" },
  { text: "12h", title: "Last 12 hours" },
  { text: "1d", title: "Last day" },
  { text: "7d", title: "Last 7 days" },
  { text: "14d", title: "Last 14 days" },
  { text: "30d", title: "Last 30 days" },
  { text: "today", title: "Today" },
  { text: "yesterday", title: "Yesterday" },
  { text: "this week", title: "This week" },
];

/** Reads a range; null when the words are not understood. Days and weeks are those of UTC. */
export function parseRange(text: string, now: number): Range | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, " ");
  const today = Math.floor(now / DAY) * DAY;
  // 1970 began on a Thursday; weeks begin on Mondays.
  const week = today - ((Math.floor(today / DAY) + 3) % 7) * DAY;
  switch (words) {
    case "today": return { start: today, end: now, moving: true };
    case "yesterday": return { start: today - DAY, end: today, moving: false };
    case "this week": return { start: week, end: now, moving: true };
    case "last week": return { start: week - 7 * DAY, end: week, moving: false };
  }
  const last = /^(?:last |past )?(\d+(?:\.\d+)?)? ?([a-z]+)(?: ago)?$/.exec(words);
  const unit = last ? UNIT[last[2] ?? ""] : undefined;
  if (last && unit !== undefined && (last[1] !== undefined || /^(last|past) /.test(words))) {
    const length = Number(last[1] ?? "1") * unit;
    return length >= MINUTE && length <= 3660 * DAY ? { start: now - length, end: now, moving: true } : null;
  }
  const pair = text.split(/\s*(?:\.\.| to | until )\s*/i);
  if (pair.length === 2) {
    const start = parseInstant(pair[0] ?? "", now);
    const end = (pair[1] ?? "").trim().toLowerCase() === "now" ? now : parseInstant(pair[1] ?? "", now);
    return start !== null && end !== null && start < end ? { start, end, moving: false } : null;
  }
  const day = /^\d{4}-\d{2}-\d{2}$/.test(words) ? parseInstant(words, now) : null;
  return day === null ? null : { start: day, end: day + DAY, moving: false };
}

function parseInstant(text: string, now: number): number | null {
  const words = text.trim();
  const back = /^(\d+) ?([a-z]+) ago$/i.exec(words);
  if (back) {
    const unit = UNIT[(back[2] ?? "").toLowerCase()];
    return unit === undefined ? null : now - Number(back[1]) * unit;
  }
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?(?:\.\d+)?Z?$/i.exec(words);
  if (!match) return null;
  const [, y, mo, d, h = "0", mi = "0", s = "0"] = match;
  const at = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  const back2 = new Date(at);
  // Date.UTC carries 31 February over into March.
  return back2.getUTCMonth() === Number(mo) - 1 && back2.getUTCDate() === Number(d) ? at : null;
}

/** The text of a fixed range. */
export function fixed(start: number, end: number): string {
  const iso = (at: number) => new Date(at).toISOString().replace(/:00\.000Z$/, "Z").replace(/\.000Z$/, "Z");
  return `${iso(start)}..${iso(end)}`;
}

/** What a range is called on its button. */
export function title(text: string, range: Range, zone: Zone): string {
  const quick = QUICK.find((q) => q.text === text);
  if (quick) return quick.title;
  const last = /^\d+(\.\d+)?[a-z]+$/i.test(text.trim()) && range.moving;
  if (last) return `Last ${span(range.end - range.start)}`;
  if (range.moving) return text.charAt(0).toUpperCase() + text.slice(1);
  return `${stamp(range.start, zone, false)} – ${stamp(range.end, zone, false)}`;
}

const STEPS = [10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY];

/** The length of a bar so that a range has about `bars` of them, never shorter than a row's interval. */
export function step(range: Range, interval: number, bars = 60): number {
  const wanted = (range.end - range.start) / bars;
  return STEPS.find((s) => s >= wanted && s >= interval && s % interval === 0) ?? 365 * DAY;
}

/** The starts of the bars that a range touches. */
export function bars(range: Range, stepMilliseconds: number): number[] {
  const out: number[] = [];
  for (let at = Math.floor(range.start / stepMilliseconds) * stepMilliseconds; at < range.end; at += stepMilliseconds) out.push(at);
  return out;
}
