// An ECharts picture that follows its box and the theme.

import { useEffect, useMemo, useRef } from "react";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useDark } from "../app/settings";
import { palette, type Palette } from "./palette";

// The library is the largest part of the program and no panel waits for it: it is read when the page is drawn and the
// browser waits for answers.
const library = new Promise<void>((read) => idle(read)).then(() => import("./echarts"));

/** When there is nothing else to do, or a second later. */
function idle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, 200);
}

let drawing = Promise.resolve();

// Drawing takes its time. Charts are drawn one after the other, so that an answer that comes in between is shown first.
function inTurn(draw: () => void): void {
  drawing = drawing.then(() => new Promise<void>((done) => setTimeout(() => { draw(); done(); })));
}

export interface ChartClick {
  name: string;
  seriesName: string;
  dataIndex: number;
  /** "node" or "edge" of a graph; "" elsewhere. */
  dataType: string;
}

export interface ChartProps {
  /** Makes the option; called again when the colours change. */
  option: (colours: Palette) => EChartsCoreOption;
  /** What is to be seen, for those who do not see it. */
  label: string;
  height?: number;
  onClick?: (event: ChartClick) => void;
  /** Called once with the chart, for what goes beyond its option. */
  onReady?: (chart: EChartsType) => void;
}

export function Chart({ option, label, height = 240, onClick, onReady }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const dark = useDark();
  const built = useMemo(() => option(palette(dark)), [option, dark]);
  // What was made while the library was on its way.
  const latest = useRef({ built, onClick, onReady });
  latest.current = { built, onClick, onReady };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let gone = false;
    let end = () => {};
    void library.then(({ init }) => inTurn(() => {
      if (gone) return;
      const made = init(element, null, { renderer: "svg" });
      chart.current = made;
      made.setOption(latest.current.built, { notMerge: true });
      made.on("click", (event) => {
        const { name, seriesName, dataIndex, dataType } = event as { name: string; seriesName?: string; dataIndex: number; dataType?: string };
        latest.current.onClick?.({ name, seriesName: seriesName ?? "", dataIndex, dataType: dataType ?? "" });
      });
      latest.current.onReady?.(made);
      const observer = new ResizeObserver(() => {
        if (made.getWidth() !== element.clientWidth || made.getHeight() !== element.clientHeight) made.resize();
      });
      observer.observe(element);
      end = () => {
        observer.disconnect();
        made.dispose();
        chart.current = null;
      };
    }));
    return () => {
      gone = true;
      end();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(built, { notMerge: true });
  }, [built]);

  return <div ref={box} className="chart" style={{ minHeight: `calc(${height}px * var(--tall, 1))` }} role="img" aria-label={label} data-chart />;
}
