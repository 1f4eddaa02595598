// Names for people.

/** The ends of resource ids, as short as they still differ. */
export function shortest(names: string[]): Map<string, string> {
  for (let parts = 1; parts < 4; parts += 1) {
    const cut = new Map(names.map((n) => [n, /^[\w./-]+$/.test(n) ? n.split("/").slice(-parts).join("/") : n]));
    if (new Set(cut.values()).size === names.length) return cut;
  }
  return new Map(names.map((n) => [n, n]));
}

/** Names as a sentence has them: "a, b and c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
