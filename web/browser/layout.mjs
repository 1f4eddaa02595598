// What a picture shows wrong that can be measured: text that leaves its box, labels of charts that lie on another.

/** Runs in the page; returns a line for each finding. */
export function findings() {
  const found = [];
  const name = (e) => `${e.tagName.toLowerCase()}.${String(e.className?.baseVal ?? e.className).replaceAll(" ", ".")} “${(e.textContent ?? "").trim().slice(0, 40)}”`;
  const skipped = (e) => e.closest(".monaco-editor, .visually-hidden, svg, .skip, .suggest-widget, .histogram-hover, select") !== null;
  for (const e of document.body.querySelectorAll("*")) {
    if (skipped(e) || e.clientWidth === 0) continue;
    const style = getComputedStyle(e);
    if (style.display === "inline" || style.visibility === "hidden") continue;
    const wide = e.scrollWidth - e.clientWidth;
    const tall = e.scrollHeight - e.clientHeight;
    if (style.overflowX === "visible" && wide > 1) found.push(`wider than its box by ${wide}: ${name(e)}`);
    if (style.overflowY === "visible" && tall > 3 && e.clientHeight > 0) found.push(`taller than its box by ${tall}: ${name(e)}`);
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
    if (text && style.overflowX === "hidden" && style.textOverflow !== "ellipsis" && wide > 1) found.push(`cut off by ${wide}: ${name(e)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
  for (const chart of document.querySelectorAll(".chart svg")) {
    const box = chart.getBoundingClientRect();
    const labels = [...chart.querySelectorAll("text")].map((t) => ({ t, r: t.getBoundingClientRect() })).filter(({ t, r }) => r.width > 0 && t.textContent.trim() !== "" && !t.closest("[clip-path]"));
    labels.forEach(({ t, r }, i) => {
      if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 2 || r.bottom > box.bottom + 2) found.push(`label outside of its chart: ${t.textContent}`);
      for (const other of labels.slice(i + 1)) {
        const across = Math.min(r.right, other.r.right) - Math.max(r.left, other.r.left);
        const down = Math.min(r.bottom, other.r.bottom) - Math.max(r.top, other.r.top);
        if (across > 1 && down > 2) found.push(`labels on each other: ${t.textContent} / ${other.t.textContent}`);
      }
    });
  }
  return found;
}
