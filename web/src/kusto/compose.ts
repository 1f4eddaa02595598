// A shipped query with the values of its parameters and the page's filter in it: the text that is sent is the text
// that is shown, and it runs anywhere.

/** Values of parameters as KQL literals, by name. */
export type Parameters = Record<string, string>;

/** The table whose rows the page's filter chooses. */
const FILTERED = "NTANetAnalytics";

/** The same rows, each with both its addresses. */
const UNFOLDED = "weir_unfolded()";

/**
 * Writes the values in place of the defaults of `declare query_parameters`, leaves the others as they are, and puts
 * the filter in front as a `let` that stands for the table. A filter of "" changes nothing.
 */
export function compose(file: string, parameters: Parameters, filter: string): string {
  const { comment, rest } = split(file);
  const body = setParameters(rest, parameters);
  if (filter === "") return comment + body;
  let head = "";
  // A query over the ledger or the inventory has no flow rows to choose from.
  if (new RegExp(`\\b${FILTERED}\\b`).test(rest)) {
    // A folded row has the counters of many addresses: who asks for one of them means the rows behind it.
    const rows = /\b(Src|Dest)Ip\b/.test(filter) ? UNFOLDED : FILTERED;
    head += `let ${FILTERED} = ${rows}\n    | where ${filter};\n`;
  }
  if (!rest.includes(UNFOLDED)) return comment + head + body;
  head += `let Unfolded = ${UNFOLDED}\n    | where ${filter};\n`;
  return comment + head + body.replaceAll(UNFOLDED, "Unfolded");
}

/** Names of the parameters that a query declares. */
export function declared(file: string): string[] {
  const list = DECLARATION.exec(file)?.[1];
  return list === undefined ? [] : [...list.matchAll(PARAMETER)].map((m) => m[1] ?? "");
}

/** The leading comment of a query, without its slashes. */
export function describe(file: string): string {
  return split(file)
    .comment.split("\n")
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join(" ")
    .trim();
}

/** What `weir query` is told to run a text: quoted for a POSIX shell. */
export function command(text: string): string {
  return `weir query '${text.replaceAll("'", `'\\''`)}'`;
}

const DECLARATION = /declare\s+query_parameters\s*\(((?:[^()"]|"(?:[^"\\]|\\.)*"|\([^()]*\))*)\)\s*;/;
const PARAMETER = /([A-Za-z_]\w*)\s*:\s*(\w+)(?:\s*=\s*((?:"(?:[^"\\]|\\.)*"|[^,()"]|\([^()]*\))*))?/g;

function setParameters(text: string, parameters: Parameters): string {
  const match = DECLARATION.exec(text);
  if (!match) return text;
  const list = (match[1] ?? "").replace(PARAMETER, (whole: string, name: string, type: string) => {
    const value = parameters[name];
    return value === undefined ? whole : `${name}:${type} = ${value}`;
  });
  const start = match.index + match[0].indexOf("(") + 1;
  return text.slice(0, start) + list + text.slice(start + (match[1] ?? "").length);
}

function split(file: string): { comment: string; rest: string } {
  const comment = /^(?:\/\/[^\n]*\n)*/.exec(file)?.[0] ?? "";
  return { comment, rest: file.slice(comment.length) };
}
