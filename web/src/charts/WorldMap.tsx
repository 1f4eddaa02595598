// The world: countries by their flows, Azure regions as points. Loaded where it is shown: shapes of countries are large.
// Shapes: Natural Earth, public domain, https://www.naturalearthdata.com

import { useCallback } from "react";
import { GeoComponent } from "echarts/components";
import { registerMap, use } from "echarts/core";
import { iso31661NumericToAlpha2 } from "iso-3166";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";
import { exact, short } from "../format/numbers";
import { Chart, type ChartClick } from "./Chart";
import { FONT } from "./font";
import type { Palette } from "./palette";
import { REGIONS, SMALL_COUNTRIES } from "./regions";
import { tip } from "./tooltip";

use([GeoComponent]);

const world = atlas as unknown as Topology<{ countries: GeometryCollection }>;
const ANTARCTICA = "010";
const countries = feature(world, world.objects.countries);
registerMap("world", {
  type: "FeatureCollection",
  features: countries.features
    .filter((f) => f.id !== ANTARCTICA)
    // Countries are known by their codes, as flows name them.
    .map((f) => ({ ...f, geometry: whole(f.geometry), properties: { name: iso31661NumericToAlpha2[String(f.id)] ?? String(f.id ?? "") } })),
} as Parameters<typeof registerMap>[1]);
const SHAPED = new Set(countries.features.map((f) => iso31661NumericToAlpha2[String(f.id)] ?? ""));

export interface MapPlace {
  kind: "country" | "azure" | "own";
  /** Code of a country or name of a region, as flows have it. */
  place: string;
  /** What a person calls it. */
  title: string;
  allowed: number;
  denied: number;
  malicious: number;
}

export default function WorldMap({ places, height, onPlace }: { places: MapPlace[]; height: number; onPlace: (place: MapPlace) => void }) {
  const option = useCallback((c: Palette) => mapOption(places, c), [places]);
  const onClick = useCallback(
    ({ name }: ChartClick) => {
      const found = places.find((p) => codeOf(p) === name);
      if (found) onPlace(found);
    },
    [places, onPlace],
  );
  return <Chart option={option} label="Map of countries and Azure regions by allowed flows" height={height} onClick={onClick} />;
}

// A shape that reaches over the date line stands on one side of it, beyond 180 degrees, not across the whole picture.
function whole(geometry: (typeof countries.features)[number]["geometry"]): typeof geometry {
  const ring = (points: number[][]) => {
    const east = points.map(([x = 0]) => x);
    return Math.max(...east) - Math.min(...east) > 180 ? points.map(([x = 0, y = 0]) => [x < 0 ? x + 360 : x, y]) : points;
  };
  if (geometry.type === "Polygon") return { ...geometry, coordinates: geometry.coordinates.map(ring) };
  if (geometry.type === "MultiPolygon") return { ...geometry, coordinates: geometry.coordinates.map((polygon) => polygon.map(ring)) };
  return geometry;
}

/** What a place is called in the picture: kinds apart. */
function codeOf(place: MapPlace): string {
  return place.kind === "country" ? place.place.toUpperCase() : `${place.kind}:${place.place}`;
}

function coordinates(place: MapPlace): [number, number] | undefined {
  return place.kind === "country" ? SMALL_COUNTRIES[place.place.toUpperCase()] : REGIONS[place.place.toLowerCase()];
}

function mapOption(places: MapPlace[], c: Palette) {
  const most = Math.max(1, ...places.filter((p) => p.kind === "country").map((p) => p.allowed + p.denied));
  const mostOfRegions = Math.max(1, ...places.filter((p) => p.kind !== "country").map((p) => p.allowed));
  const told = (place: MapPlace | undefined, name: string) =>
    tip(place?.title ?? name, [
      { colour: c.allowed, name: "allowed flows", value: exact(place?.allowed ?? 0) },
      { colour: c.denied, name: "denied flows", value: exact(place?.denied ?? 0) },
      ...(place && place.malicious > 0 ? [{ colour: c.malicious, name: "malicious, allowed", value: short(place.malicious) }] : []),
    ]);
  const points = (kind: MapPlace["kind"], colour: string, symbol: string) =>
    places.flatMap((p) => {
      const at = p.kind === kind ? coordinates(p) : undefined;
      if (!at || (kind === "country" && SHAPED.has(p.place.toUpperCase()))) return [];
      const size = kind === "country" ? 8 : 8 + 16 * Math.sqrt(p.allowed / mostOfRegions);
      return [{ name: codeOf(p), value: [...at, p.allowed], symbol, symbolSize: size, itemStyle: { color: p.malicious > 0 ? c.malicious : colour, opacity: 0.8, borderColor: c.ground, borderWidth: 1 } }];
    });
  const series = (name: string, kind: MapPlace["kind"], colour: string, symbol: string) => ({
    name, type: "scatter", coordinateSystem: "geo", data: points(kind, colour, symbol), itemStyle: { color: colour }, symbol, emphasis: { disabled: true },
  });
  const alarm = { name: "Malicious traffic that was allowed", type: "scatter", coordinateSystem: "geo", data: [] as object[], itemStyle: { color: c.malicious }, symbol: "circle" };
  const all = [series("Regions of the networks", "own", c.series[2] ?? c.allowed, "roundRect"), series("Azure regions of public addresses", "azure", c.series[3] ?? c.allowed, "diamond"), series("Countries", "country", c.allowed, "circle"), alarm];
  // Countries are shapes; those too small for a shape are points.
  const has = { own: 0, azure: 1, country: 2 };
  const shown = all.filter((s, i) => (s === alarm ? places.some((p) => p.malicious > 0) : places.some((p) => has[p.kind] === i)));
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    legend: { bottom: 0, left: 0, selectedMode: false, itemWidth: 11, itemHeight: 11, textStyle: { color: c.muted, fontSize: 12, fontFamily: FONT }, data: shown.map((s) => ({ name: s.name, icon: s.symbol })) },
    tooltip: {
      trigger: "item", confine: true, transitionDuration: 0, appendTo: "body", className: "tip-box",
      formatter: (item: { name: string }) => {
        const place = places.find((p) => codeOf(p) === item.name);
        return place ? told(place, item.name) : "";
      },
    },
    geo: {
      map: "world", roam: true, scaleLimit: { min: 1, max: 12 }, left: 4, right: 4, top: 4, bottom: 42, tooltip: { show: true },
      itemStyle: { areaColor: c.line, borderColor: c.ground, borderWidth: 0.6 }, label: { show: false },
      emphasis: { label: { show: false }, itemStyle: { areaColor: c.muted } },
      select: { disabled: true },
      regions: places.filter((p) => p.kind === "country").map((p) => ({
        name: codeOf(p),
        // Numbers of flows differ by powers of ten.
        itemStyle: { areaColor: p.malicious > 0 ? c.malicious : c.allowed, opacity: 0.3 + (0.7 * Math.log1p(p.allowed + p.denied)) / Math.log1p(most) },
      })),
    },
    series: all,
  };
}
