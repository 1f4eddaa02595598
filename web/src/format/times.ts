// Times for people, in UTC or the time of this machine.

export type Zone = "utc" | "local";

function options(zone: Zone, more: Intl.DateTimeFormatOptions): Intl.DateTimeFormatOptions {
  return zone === "utc" ? { ...more, timeZone: "UTC" } : more;
}

// Formatters take long to make and are used for every cell.
const made = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: Zone, more: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(more);
  let found = made.get(key);
  if (!found) made.set(key, (found = new Intl.DateTimeFormat("en-GB", options(zone, more))));
  return found;
}

function parts(at: number, zone: Zone): Record<string, string> {
  const list = formatter(zone, {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).formatToParts(at);
  return Object.fromEntries(list.map((p) => [p.type, p.value]));
}

/** 2026-11-20 18:29:54 */
export function stamp(at: number, zone: Zone, seconds = true): string {
  if (!Number.isFinite(at)) return "";
  const p = parts(at, zone);
  return `${p["year"]}-${p["month"]}-${p["day"]} ${p["hour"]}:${p["minute"]}${seconds ? ":" + p["second"] : ""}`;
}

/** A label on a time axis: the day at midnight, the hour otherwise; days alone when bars are days. */
export function tick(at: number, zone: Zone, stepMilliseconds: number): string {
  const p = parts(at, zone);
  const midnight = p["hour"] === "00" && p["minute"] === "00";
  if (stepMilliseconds >= 86_400_000 || midnight) return formatter(zone, { day: "numeric", month: "short" }).format(at);
  return `${p["hour"]}:${p["minute"]}`;
}

/** Fri 20 Nov, 18:00 */
export function moment(at: number, zone: Zone): string {
  if (!Number.isFinite(at)) return "";
  return formatter(zone, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** How long ago: "just now", "4 min ago", "3 h ago", "12 days ago". */
export function ago(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  if (!Number.isFinite(seconds)) return "never";
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} days ago`;
}

/** A length of time: "45 min", "6 h", "7 days". */
export function span(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 48 * 60) return `${+(minutes / 60).toFixed(1)} h`;
  return `${+(minutes / 1440).toFixed(1)} days`;
}

/** Milliseconds that a zone is ahead of UTC at a time. */
export function offset(at: number, zone: Zone): number {
  return zone === "utc" ? 0 : -new Date(at).getTimezoneOffset() * 60_000;
}
