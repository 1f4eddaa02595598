// The parts of ECharts that are used: what is not named here is not shipped.

import { BarChart, LineChart, PieChart, ScatterChart, TreemapChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, BrushComponent, ToolboxComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, LineChart, PieChart, ScatterChart, TreemapChart,
  AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, BrushComponent, ToolboxComponent,
  SVGRenderer,
]);

export { init, type EChartsType };
