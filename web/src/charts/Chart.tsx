// An ECharts picture that follows its box and the theme.

import { useEffect, useMemo, useRef } from "react";
import type { EChartsCoreOption } from "echarts/core";
import { init, type EChartsType } from "./echarts";
import { useDark } from "../app/settings";
import { palette, type Palette } from "./palette";

export interface ChartProps {
  /** Makes the option; called again when the colours change. */
  option: (colours: Palette) => EChartsCoreOption;
  /** What is to be seen, for those who do not see it. */
  label: string;
  height?: number;
  onClick?: (event: { name: string; seriesName: string; dataIndex: number }) => void;
  /** A stretch of the time axis was dragged over, in values of the axis (indexes of categories). */
  onBrush?: (from: number, to: number) => void;
}

export function Chart({ option, label, height = 240, onClick, onBrush }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const dark = useDark();
  const built = useMemo(() => option(palette(dark)), [option, dark]);
  const handlers = useRef({ onClick, onBrush });
  handlers.current = { onClick, onBrush };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = init(element, null, { renderer: "svg" });
    chart.current = made;
    made.on("click", (event) => {
      const { name, seriesName, dataIndex } = event as { name: string; seriesName?: string; dataIndex: number };
      handlers.current.onClick?.({ name, seriesName: seriesName ?? "", dataIndex });
    });
    made.on("brushEnd", (event) => {
      const areas = (event as { areas?: { coordRange?: [number, number] }[] }).areas;
      const area = areas?.[0]?.coordRange;
      if (area) handlers.current.onBrush?.(area[0], area[1]);
      made.dispatchAction({ type: "brush", areas: [] });
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const made = chart.current;
    if (!made) return;
    made.setOption(built, { notMerge: true, lazyUpdate: false });
    if (onBrush)
      made.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "lineX", brushMode: "single" } });
  }, [built, onBrush !== undefined]);

  return <div ref={box} className="chart" style={{ height }} role="img" aria-label={label} />;
}
