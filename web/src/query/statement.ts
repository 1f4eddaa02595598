// Which part of the editor's text is run: queries are apart by blank lines, as in other Kusto editors, but a blank
// line behind a semicolon does not part a `let` from its query.

/** The query around a line (from 0); null when there is nothing but blank lines. */
export function around(text: string, line: number): { text: string; first: number; last: number } | null {
  const lines = text.split("\n");
  const blank = (i: number) => (lines[i] ?? "").trim() === "";
  let at = Math.min(Math.max(line, 0), lines.length - 1);
  // On a blank line the query above is meant.
  while (at > 0 && blank(at)) at -= 1;
  while (at < lines.length && blank(at)) at += 1;
  if (at >= lines.length) return null;
  const parted = (i: number) => {
    if (!blank(i)) return false;
    let above = i;
    while (above >= 0 && blank(above)) above -= 1;
    return !(above >= 0 && ends(lines[above] ?? ""));
  };
  let first = at;
  while (first > 0 && !parted(first - 1)) first -= 1;
  while (first < at && blank(first)) first += 1;
  let last = at;
  while (last < lines.length - 1 && !parted(last + 1)) last += 1;
  while (last > at && blank(last)) last -= 1;
  return { text: lines.slice(first, last + 1).join("\n"), first, last };
}

/** The line ends a statement, or is a comment that belongs to what follows. */
function ends(line: string): boolean {
  const code = line.trim();
  return code.endsWith(";") || /;\s*\/\/[^"']*$/.test(code);
}
