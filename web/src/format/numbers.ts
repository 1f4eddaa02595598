// Numbers for people: three significant digits with a unit, the exact value beside it.

export type Unit = "flows" | "bytes" | "packets";

const SI = ["", "k", "M", "G", "T", "P", "E"];

/** 1234567 → "1.23 M"; whole below a thousand, two digits behind the point otherwise. */
export function short(value: number): string {
  const { digits, prefix } = scale(value);
  return prefix === "" ? digits : `${digits} ${prefix}`;
}

/** 1234567 → "1.23 MB". Decimal units, as links are sold. */
export function bytes(value: number): string {
  const { digits, prefix } = scale(value);
  return `${digits} ${prefix}B`;
}

/** 1234567 → "1.23 Mbit/s". */
export function bits(value: number): string {
  const { digits, prefix } = scale(Math.round(value));
  return `${digits} ${prefix}bit/s`;
}

export function amount(value: number, unit: Unit): string {
  return unit === "bytes" ? bytes(value) : short(value);
}

/** All digits, in groups, with the unit. */
export function exact(value: number | bigint, unit?: Unit): string {
  const digits = value.toLocaleString("en-GB", { maximumFractionDigits: 6 });
  return unit ? `${digits} ${unit}` : digits;
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (100 * part) / whole;
  if (share === 0) return "0 %";
  if (share < 0.1) return "< 0.1 %";
  return `${share < 10 ? share.toFixed(1) : Math.round(share)} %`;
}

/** The change from one number to another: "+12 %", "×3.4" beyond a tripling, "new", "gone", "same". */
export function change(before: number, now: number): string {
  if (before === 0) return now === 0 ? "none before" : "new";
  if (now === 0) return "gone";
  const ratio = now / before;
  if (ratio >= 3) return `×${ratio >= 10 ? Math.round(ratio).toLocaleString("en-GB") : ratio.toFixed(1)}`;
  const share = 100 * (ratio - 1);
  if (Math.abs(share) < 0.5) return "same";
  return `${share > 0 ? "+" : "−"}${Math.abs(share) < 10 ? Math.abs(share).toFixed(1) : Math.round(Math.abs(share))} %`;
}

/** Seconds of a query: "12 ms", "1.3 s". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function scale(value: number): { digits: string; prefix: string } {
  let size = Math.abs(value);
  let step = 0;
  while (size >= 999.5 && step < SI.length - 1) {
    size /= 1000;
    step += 1;
  }
  const digits = step === 0 ? trim(size, Number.isInteger(size) ? 0 : 2) : trim(size, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
  return { digits: (value < 0 ? "−" : "") + digits, prefix: SI[step] ?? "" };
}

function trim(value: number, places: number): string {
  return value.toFixed(places).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}
