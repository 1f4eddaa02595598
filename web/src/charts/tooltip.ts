// Tooltips as elements, never as HTML text: names in flow logs are anybody's.

export interface TipRow {
  colour: string;
  name: string;
  value: string;
  /** Said less loudly: what is compared with. */
  faint?: boolean;
}

export function tip(title: string, rows: TipRow[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "tip";
  const head = document.createElement("div");
  head.className = "tip-title";
  head.textContent = title;
  box.append(head);
  for (const row of rows) {
    const line = document.createElement("div");
    line.className = row.faint ? "tip-row faint" : "tip-row";
    const dot = document.createElement("span");
    dot.className = "tip-dot";
    dot.style.background = row.colour;
    const name = document.createElement("span");
    name.className = "tip-name";
    name.textContent = row.name.length > 80 ? row.name.slice(0, 79) + "…" : row.name;
    const value = document.createElement("span");
    value.className = "tip-value";
    value.textContent = row.value;
    line.append(dot, name, value);
    box.append(line);
  }
  return box;
}

/** Text for a label in a picture: one line, cut to a length. */
export function cut(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
  const characters = [...line.slice(0, length * 4)];
  return characters.length > length ? characters.slice(0, length - 1).join("") + "…" : line;
}
