// Values as KQL writes them. All text that comes from data or from a person goes through here.

/** A string literal. Control characters are written as escapes, so that a literal never leaves its line. */
export function string(value: string): string {
  let out = '"';
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\\") out += "\\\\";
    else if (character === '"') out += '\\"';
    else if (character === "\n") out += "\\n";
    else if (character === "\r") out += "\\r";
    else if (character === "\t") out += "\\t";
    else if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029)
      out += "\\u" + code.toString(16).padStart(4, "0");
    else out += character;
  }
  return out + '"';
}

/** A datetime literal of milliseconds since 1970. */
export function datetime(milliseconds: number): string {
  return `datetime(${new Date(milliseconds).toISOString().replace(/\.000Z$/, "Z")})`;
}

/** A timespan literal of milliseconds: the largest unit that divides it. */
export function timespan(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  for (const [unit, size] of UNITS) if (whole !== 0 && whole % size === 0) return `${whole / size}${unit}`;
  return `${whole}ms`;
}

const UNITS: [string, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** A list of string literals in brackets. */
export function strings(values: readonly string[]): string {
  return `(${values.map(string).join(", ")})`;
}
