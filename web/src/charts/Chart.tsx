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
}

export function Chart({ option, label, height = 240, onClick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const dark = useDark();
  const built = useMemo(() => option(palette(dark)), [option, dark]);
  const clicked = useRef(onClick);
  clicked.current = onClick;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = init(element, null, { renderer: "svg" });
    chart.current = made;
    made.on("click", (event) => {
      const { name, seriesName, dataIndex } = event as { name: string; seriesName?: string; dataIndex: number };
      clicked.current?.({ name, seriesName: seriesName ?? "", dataIndex });
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
    chart.current?.setOption(built, { notMerge: true });
  }, [built]);

  return <div ref={box} className="chart" style={{ height }} role="img" aria-label={label} />;
}
