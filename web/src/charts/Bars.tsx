// A list of names with bars: the plainest chart, and the one that is read fastest. Each bar adds to the filter.

import type { CSSProperties } from "react";

export interface Bar {
  name: string;
  /** Below the name, smaller. */
  detail?: string;
  value: number;
  text: string;
  exact: string;
  colour?: string;
  /** What a click does; "Add to the filter" without it. */
  does?: string;
  onClick?: () => void;
}

export function Bars({ bars, label }: { bars: Bar[]; label: string }) {
  const largest = Math.max(...bars.map((b) => b.value), 0);
  return (
    <ul className="bars" aria-label={label}>
      {bars.map((bar, i) => {
        const inner = (
          <>
            <span className="bar-fill" style={{ width: `${largest > 0 ? Math.max((100 * bar.value) / largest, bar.value > 0 ? 0.5 : 0) : 0}%`, background: bar.colour }} />
            <span className="bar-name" title={bar.name}><bdi>{bar.name}</bdi>{bar.detail && <small style={{ "--least": `${Math.min(bar.detail.length, 16)}ch` } as CSSProperties}>{bar.detail}</small>}</span>
            <span className="bar-value" title={bar.exact}>{bar.text}</span>
          </>
        );
        return (
          <li key={i}>
            {bar.onClick ? (
              <button type="button" className="bar" onClick={bar.onClick} title={`${bar.does ?? "Add to the filter"}: ${bar.name}`}>{inner}</button>
            ) : (
              <div className="bar">{inner}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
