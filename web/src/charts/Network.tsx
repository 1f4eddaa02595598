// A network as a graph: nodes that can be walked, zoomed and moved with the keys of a map.

import { useCallback, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { GraphChart } from "echarts/charts";
import { use, type EChartsType } from "echarts/core";
import { Icon } from "../app/icons";
import { amount, short, type Unit } from "../format/numbers";
import { amountOf, type Edge, type Kind, type Network, type Node } from "../pages/network";
import { Chart, type ChartClick } from "./Chart";
import { FONT } from "./font";
import { place } from "./layout";
import type { Palette } from "./palette";
import { cut, tip } from "./tooltip";

use([GraphChart]);

export const KIND_TITLES: Record<Kind, string> = {
  vnet: "VNet", subnet: "Subnet", region: "Region", gateway: "Gateway", site: "Site", clients: "VPN clients",
  internet: "Internet", azure: "Azure services", malicious: "Malicious addresses", unknown: "Not in the inventory",
};

const SYMBOLS: Record<Kind, string> = {
  vnet: "roundRect", subnet: "roundRect", region: "roundRect", gateway: "diamond", site: "triangle", clients: "triangle",
  internet: "circle", azure: "circle", malicious: "circle", unknown: "circle",
};

export function linkTitle(link: string): string {
  return { VNetPeering: "peering", VpnGateway: "VPN", ExpressRoute: "ExpressRoute", attached: "gateway of the network" }[link] ?? link;
}

export type Selection = { node: Node } | { edge: Edge } | null;

export interface NetworkChartProps {
  network: Network;
  unit: Unit;
  label: string;
  height: number;
  onSelect: (selection: Selection) => void;
}

export function NetworkChart({ network, unit, label, height, onSelect }: NetworkChartProps) {
  const chart = useRef<EChartsType | null>(null);
  const [made, setMade] = useState(0);
  // The picture is laid out for the box that it is in when it is first drawn.
  const outer = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 700, height: height - 98 });
  useLayoutEffect(() => {
    const { clientWidth: width = 0, clientHeight: tall = height } = outer.current ?? {};
    if (width > 0) setBox({ width: Math.max(width - 168, 300), height: Math.max(tall, height) - 98 });
  }, [height]);
  const option = useCallback((c: Palette) => graphOption(network, unit, c, box), [network, unit, box, made]);
  const onClick = useCallback((event: ChartClick) => {
    const edge = network.edges[event.dataIndex];
    const node = network.nodes[event.dataIndex];
    if (event.dataType === "edge" && edge) onSelect({ edge });
    else if (event.dataType === "node" && node) onSelect({ node });
  }, [network, onSelect]);

  const zoom = (factor: number) => {
    const shown = chart.current;
    shown?.dispatchAction({ type: "graphRoam", seriesIndex: 0, zoom: factor, originX: shown.getWidth() / 2, originY: shown.getHeight() / 2 });
  };
  const pan = (dx: number, dy: number) => chart.current?.dispatchAction({ type: "graphRoam", seriesIndex: 0, dx, dy });
  // Drawn anew: ECharts keeps where a person moved to.
  const reset = () => setMade((n) => n + 1);

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [60, 0], a: [60, 0], ArrowRight: [-60, 0], d: [-60, 0], ArrowUp: [0, 60], w: [0, 60], ArrowDown: [0, -60], s: [0, -60],
    };
    const move = moves[event.key];
    if (move) pan(...move);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "r" || event.key === "R") reset();
    else return;
    // These keys mean something else outside of the picture.
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={outer} className="network" tabIndex={0} role="group" aria-label={`${label}. Arrows move it, plus and minus zoom, R puts it back.`} onKeyDown={onKey}>
      <Chart option={option} label={label} height={height} onClick={onClick} onReady={(ready) => (chart.current = ready)} />
      <div className="network-tools">
        <button type="button" className="button small" aria-label="Nearer" title="Nearer (+)" onClick={() => zoom(1.25)}><Icon name="plus" size={15} /></button>
        <button type="button" className="button small" aria-label="Farther" title="Farther (−)" onClick={() => zoom(0.8)}><Icon name="minus" size={15} /></button>
        <button type="button" className="button small" aria-label="As at first" title="As at first (R)" onClick={reset}><Icon name="home" size={15} /></button>
      </div>
    </div>
  );
}

function colourOf(kind: Kind, c: Palette): string {
  const s = (i: number) => c.series[i] ?? c.allowed;
  return { vnet: s(0), subnet: s(0), region: s(0), gateway: s(3), site: s(2), clients: s(6), internet: s(1), azure: s(8), malicious: c.malicious, unknown: s(7) }[kind];
}

const LABEL_MAX = 26;

function graphOption(network: Network, unit: Unit, c: Palette, box: { width: number; height: number }) {
  const most = Math.max(1, ...network.nodes.map((n) => amountOf(n.traffic, unit)));
  const mostOfEdges = Math.max(1, ...network.edges.map((e) => amountOf(e.traffic, unit)));
  const kinds = [...new Set(network.nodes.map((n) => n.kind))];
  // Areas are compared, not lengths.
  const size = (value: number, whole: number, from: number, to: number) => from + (to - from) * Math.sqrt(Math.max(value, 0) / whole);
  const names = network.nodes.map((n) => cut(n.label, LABEL_MAX));
  const places = place(network.nodes.map((n, i) => ({ id: n.id, width: (names[i]?.length ?? 0) * 6.6 })), network.edges.map((e) => [e.from, e.to]), box.width, box.height);
  const told = (value: number) => `${amount(value, unit)}${unit === "bytes" ? "" : ` ${unit}`}`;
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    legend: {
      top: 0, left: 0, width: box.width + 40, itemWidth: 11, itemHeight: 11, itemGap: 14, textStyle: { color: c.muted, fontSize: 12, fontFamily: FONT },
      data: kinds.map((k) => ({ name: KIND_TITLES[k], icon: SYMBOLS[k] })),
    },
    tooltip: {
      confine: true, transitionDuration: 0, appendTo: "body", className: "tip-box",
      formatter: (item: { dataType: string; dataIndex: number; color: string }) => {
        if (item.dataType === "edge") {
          const edge = network.edges[item.dataIndex];
          if (!edge) return "";
          const rows = [
            { colour: item.color, name: edge.link === "" ? "traffic" : linkTitle(edge.link), value: told(amountOf(edge.traffic, unit)) },
            { colour: c.denied, name: "denied flows", value: short(edge.traffic.denied) },
          ];
          return tip(`${cut(ending(edge.from), 40)} ↔ ${cut(ending(edge.to), 40)}`, rows);
        }
        const node = network.nodes[item.dataIndex];
        if (!node) return "";
        return tip(cut(node.id, 70), [
          { colour: item.color, name: `${KIND_TITLES[node.kind]}${node.region && node.kind !== "region" ? `, ${node.region}` : ""}`, value: told(amountOf(node.traffic, unit)) },
          ...(amountOf(node.inside, unit) > 0 ? [{ colour: item.color, name: "of it inside", value: told(amountOf(node.inside, unit)) }] : []),
        ]);
      },
    },
    series: [{
      type: "graph", layout: "none", left: 84, right: 84, top: 54, bottom: 44, roam: true, draggable: true,
      categories: kinds.map((k) => ({ name: KIND_TITLES[k], itemStyle: { color: colourOf(k, c) } })),
      label: { show: true, position: "bottom", distance: 3, color: c.text, fontSize: 12, fontFamily: FONT, textBorderColor: c.ground, textBorderWidth: 3, formatter: (p: { dataIndex: number }) => names[p.dataIndex] ?? "" },
      labelLayout: { hideOverlap: true },
      emphasis: { focus: "adjacency", label: { show: true } },
      data: network.nodes.map((n) => ({
        id: n.id, name: n.id, ...places.get(n.id), category: kinds.indexOf(n.kind), symbol: SYMBOLS[n.kind], symbolSize: size(amountOf(n.traffic, unit), most, 13, n.kind === "gateway" ? 22 : 42),
        itemStyle: { opacity: n.traffic.flows + n.traffic.bytes > 0 ? 1 : 0.4, borderColor: c.ground, borderWidth: 1 },
      })),
      links: network.edges.map((e) => ({
        source: e.from, target: e.to,
        lineStyle: {
          width: size(amountOf(e.traffic, unit), mostOfEdges, 1.4, 8), opacity: 0.6,
          type: e.traffic.flows + e.traffic.bytes > 0 ? "solid" : "dashed", color: e.traffic.malicious > 0 ? c.malicious : e.link === "" || e.link === "attached" ? c.muted : (c.series[{ VNetPeering: 0, VpnGateway: 3, ExpressRoute: 2 }[e.link] ?? 7] ?? c.muted),
          curveness: e.link === "" ? 0.12 : 0,
        },
      })),
    }],
  };
}

function ending(id: string): string {
  return id.split("/").slice(-2).join("/");
}
