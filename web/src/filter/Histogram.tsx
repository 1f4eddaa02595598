// Traffic over a longer time, with the chosen range as a window that can be moved, stretched and drawn anew.

import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { usePage } from "../app/page";
import { useSettings } from "../app/settings";
import { amount } from "../format/numbers";
import { moment, span, tick } from "../format/times";
import { milliseconds, number, records } from "../kusto/answer";
import { datetime, timespan } from "../kusto/literal";
import { useQuery } from "../kusto/useQuery";
import { bars, fixed, step as stepOf } from "./time";

/** How much more than the range is shown. */
const AROUND = 7;

export function Histogram() {
  const page = usePage();
  const { zone } = useSettings();
  const { range, extent, interval } = { ...page, interval: page.extent?.interval ?? 3_600_000 };
  const track = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ mode: "new" | "move" | "start" | "end"; at: number; from: number; to: number } | null>(null);

  const wide = useMemo(() => {
    const length = range.end - range.start;
    const day = 86_400_000;
    const end = Math.ceil(Math.max(Math.min(range.end + length * 2, extent?.end ?? range.end), range.end) / interval) * interval;
    // Where nothing was logged there is nothing to choose.
    const start = Math.max(Math.min(end - AROUND * length, range.start - length), Math.min(extent?.start ?? range.start, range.start));
    return { start: Math.floor(start / interval) * interval, end: Math.max(end, range.start + day / 24), moving: false };
  }, [range, extent, interval]);
  const bar = stepOf(wide, interval, 110);
  const text = page.compose("overview/histogram", { period: timespan(wide.end - wide.start), until: datetime(wide.end), step: timespan(bar) });
  const state = useQuery(page.extent ? text : null, page.database, page.version);
  const times = useMemo(() => bars(wide, bar), [wide, bar]);
  const unit = page.filter.unit;
  const values = useMemo(() => {
    const found = new Map((state.answer ? records(state.answer) : []).map((r) => [milliseconds(r["Time"]), { value: number(r["Value"]), denied: number(r["Denied"]) }]));
    return times.map((t) => found.get(t) ?? { value: 0, denied: 0 });
  }, [state.answer, times]);
  const largest = Math.max(...values.map((v) => v.value), 1);

  const first = times[0] ?? wide.start;
  const total = times.length * bar;
  const share = (at: number) => Math.max(0, Math.min(100, (100 * (at - first)) / total));
  const timeAt = (x: number) => {
    const box = track.current?.getBoundingClientRect();
    return box && box.width > 0 ? first + (Math.max(0, Math.min(1, (x - box.left) / box.width)) * total) : first;
  };
  const shown = drag ? { start: Math.min(drag.from, drag.to), end: Math.max(drag.from, drag.to) } : { start: range.start, end: range.end };

  const onDown = (event: PointerEvent, mode: "new" | "move" | "start" | "end") => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    track.current?.setPointerCapture(event.pointerId);
    const at = timeAt(event.clientX);
    setDrag(mode === "new" ? { mode, at, from: at, to: at } : { mode, at, from: range.start, to: range.end });
  };
  const onMove = (event: PointerEvent) => {
    if (!drag) return;
    const at = timeAt(event.clientX);
    if (drag.mode === "new" || drag.mode === "end") setDrag({ ...drag, to: at });
    else if (drag.mode === "start") setDrag({ ...drag, from: at });
    else setDrag({ ...drag, from: range.start + at - drag.at, to: range.end + at - drag.at });
  };
  const onUp = () => {
    if (!drag) return;
    setDrag(null);
    const snap = (t: number) => Math.round(t / interval) * interval;
    let start = snap(shown.start);
    let end = snap(shown.end);
    if (drag.mode === "new" && Math.abs(drag.to - drag.from) < bar / 3) {
      // A click is a bar.
      start = Math.floor((drag.from - first) / bar) * bar + first;
      end = start + bar;
    }
    if (end <= start) end = start + interval;
    if (start !== range.start || end !== range.end) page.setFilter({ ...page.filter, time: fixed(start, end) });
  };
  const onKey = (event: KeyboardEvent) => {
    const move = event.key === "ArrowLeft" ? -bar : event.key === "ArrowRight" ? bar : 0;
    if (move === 0) return;
    event.preventDefault();
    const start = Math.round((range.start + (event.shiftKey ? 0 : move)) / interval) * interval;
    const end = Math.round((range.end + move) / interval) * interval;
    if (end > start) page.setFilter({ ...page.filter, time: fixed(start, end) });
  };

  const marks = times.map((t, i) => ({ t, i })).filter(({ t }) => (bar >= 86_400_000 ? true : t % (total > 3 * 86_400_000 ? 86_400_000 : total > 86_400_000 ? 21_600_000 : 3_600_000) === 0));
  const every = Math.max(1, Math.ceil(marks.length / 8));
  return (
    <div className="histogram" aria-busy={state.running}>
      <div
        ref={track} className="histogram-track" tabIndex={0} role="group"
        aria-label={`Range: ${moment(range.start, zone)} to ${moment(range.end, zone)}. Left and right arrows move it, with shift they move its end.`}
        onPointerDown={(e) => onDown(e, "new")} onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={() => setDrag(null)} onKeyDown={onKey}
      >
        <svg className="histogram-bars" viewBox={`0 0 ${times.length} 100`} preserveAspectRatio="none" aria-hidden="true">
          {values.map((v, i) => {
            const height = (100 * v.value) / largest;
            return height > 0 ? <rect key={i} x={i + 0.08} width={0.84} y={100 - Math.max(height, 2)} height={Math.max(height, 2)} /> : null;
          })}
        </svg>
        <div className="histogram-hover" aria-hidden="true">
          {values.map((v, i) => <span key={i} title={`${moment(times[i] ?? 0, zone)}: ${amount(v.value, unit)}${unit === "bytes" ? "" : ` ${unit}`}`} />)}
        </div>
        <div className="histogram-window" style={{ left: `${share(shown.start)}%`, right: `${100 - share(shown.end)}%` }} onPointerDown={(e) => onDown(e, "move")} title={`${span(shown.end - shown.start)}; drag to move`}>
          <span className="histogram-edge start" onPointerDown={(e) => onDown(e, "start")} />
          <span className="histogram-edge end" onPointerDown={(e) => onDown(e, "end")} />
        </div>
      </div>
      <div className="histogram-axis" aria-hidden="true">
        {marks.filter((_m, i) => i % every === 0).filter(({ i }) => i / times.length < 0.95).map(({ t, i }) => (
          <span key={t} style={{ left: `${(100 * i) / times.length}%` }}>{tick(t, zone, bar)}</span>
        ))}
      </div>
    </div>
  );
}
