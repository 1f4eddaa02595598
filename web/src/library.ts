// The queries that weir ships, by their path below queries/ without the ending.

const files = import.meta.glob<string>("../../queries/**/*.kql", { query: "?raw", import: "default", eager: true });

export const library: ReadonlyMap<string, string> = new Map(
  Object.entries(files)
    .map(([path, text]): [string, string] => [path.replace("../../queries/", "").replace(/\.kql$/, ""), text])
    .sort(([a], [b]) => a.localeCompare(b)),
);

/** The text of a shipped query. A name that is not there is a mistake in this program. */
export function shipped(name: string): string {
  const text = library.get(name);
  if (text === undefined) throw new Error(`queries/${name}.kql is not shipped`);
  return text;
}
