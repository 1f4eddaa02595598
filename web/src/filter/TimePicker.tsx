// The time range: quick ranges, words, from and to, shifts, and how often to refresh.

import { useState } from "react";
import { Icon } from "../app/icons";
import { Popover } from "../app/Popover";
import { usePage } from "../app/page";
import { change, useSettings } from "../app/settings";
import { fixed, parseRange, QUICK, title } from "./time";
import { stamp } from "../format/times";

export function TimePicker() {
  const page = usePage();
  const { zone, refreshSeconds } = useSettings();
  const { filter, range } = page;
  const set = (time: string) => page.setFilter({ ...filter, time });
  const length = range.end - range.start;
  const shift = (sign: number) => set(fixed(range.start + sign * length, range.end + sign * length));
  return (
    <div className="time-picker" role="group" aria-label="Time">
      <button type="button" className="button" aria-label="Earlier" title="Earlier ([)" onClick={() => shift(-1)}><Icon name="left" size={16} /></button>
      <Popover
        title="Time range" className="button wide"
        label={<><Icon name="clock" size={16} /><span className="ellipsis">{title(filter.time, range, zone)}</span><Icon name="down" size={14} /></>}
      >
        {(close) => <TimeMenu onChoose={(time) => { set(time); close(); }} />}
      </Popover>
      <button type="button" className="button" aria-label="Later" title="Later (])" disabled={range.moving} onClick={() => shift(1)}><Icon name="right" size={16} /></button>
      <button type="button" className="button" aria-label="Refresh" title="Refresh (r)" onClick={page.refresh}><Icon name="refresh" size={16} /></button>
      <Popover title="Refresh by itself" className="button narrow" align="end" label={<span className="nowrap">{refreshSeconds === 0 ? "Auto" : (REFRESH.find((r) => r.seconds === refreshSeconds)?.title ?? "Auto")}</span>}>
        {(close) => (
          <div className="menu">
            {REFRESH.map((r) => (
              <button key={r.seconds} type="button" className="menu-item" aria-pressed={r.seconds === refreshSeconds} onClick={() => { change({ refreshSeconds: r.seconds }); close(); }}>
                {r.seconds === 0 ? "Refresh only when asked" : `Every ${r.title}`}
              </button>
            ))}
          </div>
        )}
      </Popover>
    </div>
  );
}

const REFRESH = [
  { seconds: 0, title: "Off" },
  { seconds: 30, title: "30 s" },
  { seconds: 60, title: "1 min" },
  { seconds: 300, title: "5 min" },
  { seconds: 900, title: "15 min" },
];

function TimeMenu({ onChoose }: { onChoose: (time: string) => void }) {
  const page = usePage();
  const { zone } = useSettings();
  const { filter, range, extent } = page;
  const [words, setWords] = useState("");
  const local = (at: number) => stamp(at, zone, false).replace(" ", "T");
  const [from, setFrom] = useState(local(range.start));
  const [to, setTo] = useState(local(range.end));
  const read = (text: string) => Date.parse(zone === "utc" ? text + "Z" : text);
  const understood = words.trim() === "" || parseRange(words, Date.now()) !== null;
  const valid = read(from) < read(to);
  return (
    <div className="time-menu">
      <div className="menu">
        {QUICK.map((q) => (
          <button key={q.text} type="button" className="menu-item" aria-pressed={q.text === filter.time} onClick={() => onChoose(q.text)}>{q.title}</button>
        ))}
        {extent && (
          <button type="button" className="menu-item" onClick={() => onChoose(fixed(extent.start, extent.end))}>All there is</button>
        )}
      </div>
      <div className="time-custom">
        <form onSubmit={(e) => { e.preventDefault(); if (words.trim() && understood) onChoose(words.trim()); }}>
          <label>
            In words
            <input autoFocus value={words} placeholder="3 hours, yesterday, 2026-11-20" aria-invalid={!understood} onChange={(e) => setWords(e.target.value)} />
          </label>
          <p className={understood ? "muted hint" : "hint problem"}>{understood ? "Days and weeks are those of UTC." : "Not understood: try 6h, last week or 2026-11-20 to 2026-11-22."}</p>
        </form>
        <form onSubmit={(e) => { e.preventDefault(); if (valid) onChoose(fixed(read(from), read(to))); }}>
          <label>From ({zone === "utc" ? "UTC" : "local time"})<input type="datetime-local" value={from} onChange={(e) => setFrom(e.target.value)} /></label>
          <label>To<input type="datetime-local" value={to} onChange={(e) => setTo(e.target.value)} /></label>
          <button type="submit" className="button primary" disabled={!valid}>Show</button>
        </form>
        <label className="check-line">
          <input type="checkbox" checked={filter.compare} onChange={() => page.setFilter({ ...filter, compare: !filter.compare })} />
          Compare with the period before
        </label>
      </div>
    </div>
  );
}
