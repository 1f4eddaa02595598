// How much traffic there is, whether it is allowed, who makes it.

import { useCallback, useMemo } from "react";
import { usePage } from "../app/page";
import { navigate, withSearch } from "../app/router";
import { useDark, useSettings } from "../app/settings";
import { Bars } from "../charts/Bars";
import { Chart } from "../charts/Chart";
import { palette, type Palette } from "../charts/palette";
import { Spark } from "../charts/Spark";
import { before, fill, timeOption, type Series } from "../charts/time";
import { add } from "../filter/model";
import { bars } from "../filter/time";
import { FLOW_TYPES } from "../filter/fields";
import { amount, change, exact, short } from "../format/numbers";
import { span } from "../format/times";
import { milliseconds, number, records, text, type Answer, type Row } from "../kusto/answer";
import { datetime } from "../kusto/literal";
import { useQuery, type QueryState } from "../kusto/useQuery";
import { Panel } from "../panel/Panel";
import { lastPart } from "../table/cells";
import { Pairs } from "./tables";
import { Environment } from "./Environment";

export function OverviewPage() {
  const page = usePage();
  const trend = useQuery(page.compose("overview/trend"), page.database, page.version, "soon");
  const series = useTrend(trend.answer);
  // Two periods apart are summed sooner than both at once, and the first is shown without the second.
  const earlier = useQuery(page.back > 0 ? page.compose("overview/totals", { until: datetime(page.range.start) }) : null, page.database, page.version, "soon");
  return (
    <div className="grid">
      <Panel title="Totals" name="overview/totals" first bare className="span-12 tiles-panel" note="A flow counts once, however many NICs logged it">
        {(answer) => <Tiles answer={answer} earlier={earlier} trend={series} />}
      </Panel>
      <Panel title="In and out over time" name="overview/trend" shared={trend} className="span-8" note="What each NIC logged: inbound above the line, outbound below">
        {() => <InOut trend={series} />}
      </Panel>
      <Panel title="By flow type" name="overview/types" className="span-4">
        {(answer) => <Types answer={answer} />}
      </Panel>
      <Panel title="Allowed and denied flows" name="overview/trend" shared={trend} className="span-8" note="Flows that began or were denied, as each NIC logged them">
        {() => <Decisions trend={series} />}
      </Panel>
      <Panel title="Applications" name="overview/applications" className="span-4" actions={<More to="/ports" />}>
        {(answer) => <Applications answer={answer} />}
      </Panel>
      <Panel title="Top talking pairs" name="overview/pairs" className="span-8" actions={<More to="/distribution" by="pair" />} note="Whichever end began; a flow counts once">
        {(answer) => <Pairs answer={answer} height={330} />}
      </Panel>
      <Panel title="Top denying rules" name="overview/denied-rules" className="span-4" actions={<More to="/rules" />} empty={<p>Nothing was denied.</p>}>
        {(answer) => <DeniedRules answer={answer} />}
      </Panel>
      <Panel title="Your environment" name="overview/environment" className="span-12" note="Active: seen in a flow of this time">
        {(answer) => <Environment answer={answer} />}
      </Panel>
    </div>
  );
}

export function More({ to, by }: { to: string; by?: string }) {
  const target = () => {
    const search = new URLSearchParams(location.search);
    if (by) search.set("by", by);
    return withSearch(to, search);
  };
  return <a className="more" href={to} onClick={(e) => { e.preventDefault(); navigate(target()); }}>See all</a>;
}

interface Trend {
  times: number[];
  now: Values;
  /** The period before, at the times that it is compared with. */
  before: Values;
}

/** One value a bar. */
type Values = Record<"inbound" | "outbound" | "allowed" | "denied" | "malicious", number[]>;

function useTrend(answer: Answer | null): Trend {
  const page = usePage();
  const unit = page.filter.unit;
  return useMemo(() => {
    const times = bars(page.range, page.step);
    const rows = answer ? records(answer) : [];
    const inbound = { bytes: "InBytes", packets: "InPackets", flows: "AllowedIn" }[unit];
    const outbound = { bytes: "OutBytes", packets: "OutPackets", flows: "AllowedOut" }[unit];
    const values = (earlier: boolean): Values => {
      const of = (value: (row: Row) => number) =>
        fill(times, rows.filter((r) => Boolean(r["Earlier"]) === earlier).map((r) => ({ time: milliseconds(r["Time"]), value: value(r) })));
      return {
        inbound: of((r) => number(r[inbound]) + (unit === "flows" ? number(r["DeniedIn"]) : 0)),
        outbound: of((r) => number(r[outbound]) + (unit === "flows" ? number(r["DeniedOut"]) : 0)),
        allowed: of((r) => number(r["AllowedIn"]) + number(r["AllowedOut"])),
        denied: of((r) => number(r["DeniedIn"]) + number(r["DeniedOut"])),
        malicious: of((r) => number(r["Malicious"])),
      };
    };
    return { times, now: values(false), before: values(true) };
  }, [answer, page.range, page.step, unit]);
}

function Tiles({ answer, earlier, trend }: { answer: Answer; earlier: QueryState; trend: Trend }) {
  const page = usePage();
  const colours = palette(useDark());
  const unit = page.filter.unit;
  const now = records(answer)[0];
  const before = earlier.answer ? records(earlier.answer)[0] : undefined;
  const total = { bytes: "Bytes", packets: "Packets", flows: "Flows" }[unit];
  const previous = earlier.answer && !earlier.running && page.back > 0 ? `the ${span(page.range.end - page.range.start)} before` : null;
  const missing = !page.filter.compare ? "not compared" : page.back === 0 ? "no whole period before" : earlier.error ? "the period before could not be read" : "comparing …";
  const status = (s: "Allowed" | "Denied") => () => page.setFilter({ ...page.filter, status: page.filter.status === s ? "" : s });
  const malicious = number(now?.["MaliciousAllowed"]);
  return (
    <div className="tiles">
      <Tile
        title={{ bytes: "Traffic", packets: "Packets", flows: "Flows" }[unit]} value={number(now?.[total])} before={number(before?.[total])} previous={previous} missing={missing}
        text={(v) => amount(v, unit)} exact={(v) => exact(v, unit)} spark={trend.now.inbound.map((v, i) => v + (trend.now.outbound[i] ?? 0))} colour={colours.series[2] ?? ""}
      />
      <Tile title="Allowed flows" value={number(now?.["AllowedFlows"])} before={number(before?.["AllowedFlows"])} previous={previous} missing={missing} text={short} exact={(v) => exact(v, "flows")} spark={trend.now.allowed} colour={colours.allowed} onClick={status("Allowed")} />
      <Tile title="Denied flows" value={number(now?.["DeniedFlows"])} before={number(before?.["DeniedFlows"])} previous={previous} missing={missing} text={short} exact={(v) => exact(v, "flows")} spark={trend.now.denied} colour={colours.denied} onClick={status("Denied")} />
      <Tile
        title="Malicious flows" value={malicious + number(now?.["MaliciousDenied"])} before={number(before?.["MaliciousAllowed"]) + number(before?.["MaliciousDenied"])} previous={previous} missing={missing}
        text={short} exact={(v) => exact(v, "flows")} spark={trend.now.malicious} colour={colours.malicious} {...(malicious > 0 ? { alarm: `${short(malicious)} of them allowed` } : {})}
        onClick={() => page.setFilter({ ...page.filter, types: ["MaliciousFlow"] })}
      />
    </div>
  );
}

interface TileProps {
  title: string;
  value: number;
  before: number;
  /** What it is compared with; null when it is compared with nothing, or not yet. */
  previous: string | null;
  /** Why it is not compared. */
  missing: string;
  text: (value: number) => string;
  exact: (value: number) => string;
  spark: number[];
  colour: string;
  alarm?: string;
  onClick?: () => void;
}

function Tile({ title, value, before, previous, missing, text: shown, exact: all, spark, colour, alarm, onClick }: TileProps) {
  const inner = (
    <>
      <span className="tile-title"><i style={{ background: colour }} />{title}</span>
      <span className="tile-value" title={all(value)} data-value={value}>{shown(value)}</span>
      <span className="tile-change" title={previous ? `${all(before)} in ${previous}` : missing}>{alarm ? <b className="alarm">{alarm}</b> : previous ? <>{change(before, value)} <small>against {previous}</small></> : <small>{missing}</small>}</span>
      <Spark values={spark} colour={colour} />
    </>
  );
  return onClick ? <button type="button" className="tile" onClick={onClick}>{inner}</button> : <div className="tile">{inner}</div>;
}

/** Each series, beside it what it was in the period before. */
function withBefore(back: number, pairs: [Series, number[]][]): Series[] {
  return pairs.flatMap(([series, earlier]) => (back > 0 ? [series, before(back, series, earlier)] : [series]));
}

function InOut({ trend }: { trend: Trend }) {
  const page = usePage();
  const { zone } = useSettings();
  const unit = page.filter.unit;
  const option = useCallback(
    (c: Palette) =>
      timeOption({
        times: trend.times, step: page.step, zone, kind: "area", format: (v) => amount(v, unit), exact: (v) => `${amount(v, unit)}${unit === "bytes" ? "" : ` ${unit}`}`,
        series: withBefore(page.back, [
          [{ name: "Inbound", values: trend.now.inbound, colour: c.inbound }, trend.before.inbound],
          [{ name: "Outbound", values: trend.now.outbound, colour: c.outbound, below: true }, trend.before.outbound],
        ]),
      }, c),
    [trend, page.step, page.back, zone, unit],
  );
  return <Chart option={option} label={`Inbound and outbound ${unit} over time`} height={284} />;
}

function Decisions({ trend }: { trend: Trend }) {
  const page = usePage();
  const { zone } = useSettings();
  const option = useCallback(
    (c: Palette) =>
      timeOption({
        times: trend.times, step: page.step, zone, kind: "bars", format: short, exact: (v) => exact(v, "flows"),
        series: [
          { name: "Allowed", values: trend.now.allowed, colour: c.allowed },
          { name: "Denied", values: trend.now.denied, colour: c.denied },
          // Bars are stacked: what they are compared with is their whole.
          ...(page.back > 0 ? [before(page.back, { name: "All", values: [], colour: c.text }, trend.before.allowed.map((v, i) => v + (trend.before.denied[i] ?? 0)))] : []),
          ...(trend.now.malicious.some((v) => v > 0) ? [{ name: "Malicious, of both", values: trend.now.malicious, colour: c.malicious, line: true }] : []),
        ],
      }, c),
    [trend, page.step, page.back, zone],
  );
  const onClick = useCallback(
    ({ seriesName }: { seriesName: string }) => {
      if (seriesName === "Allowed" || seriesName === "Denied") page.setFilter({ ...page.filter, status: seriesName });
      else page.setFilter({ ...page.filter, types: ["MaliciousFlow"] });
    },
    [page],
  );
  return <Chart option={option} label="Allowed and denied flows over time" onClick={onClick} />;
}

function Types({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  const unit = page.filter.unit;
  const rows = records(answer);
  return (
    <Bars
      label="Traffic by flow type"
      bars={rows.map((r) => {
        const name = text(r["FlowType"]);
        return {
          name, detail: FLOW_TYPES.find((t) => t.value === name)?.about ?? "", value: number(r["Value"]), text: amount(number(r["Value"]), unit), exact: exact(number(r["Value"]), unit),
          colour: name === "MaliciousFlow" ? colours.malicious : colours.allowed,
          onClick: () => page.setFilter({ ...page.filter, types: [name] }),
        };
      })}
    />
  );
}

function DeniedRules({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  return (
    <Bars
      label="Top denying rules"
      bars={records(answer).slice(0, 12).map((r) => {
        const [rule, group, flows, sources] = [text(r["AclRule"]), text(r["AclGroup"]), number(r["Flows"]), number(r["Sources"])];
        return {
          name: rule, detail: `${lastPart(group)} · ${short(sources)} ${sources === 1 ? "source" : "sources"}`, value: flows, text: short(flows), exact: exact(flows, "flows"), colour: colours.denied,
          onClick: () => page.setFilter(add(add(page.filter, { field: "rule", values: [rule], not: false }), { field: "group", values: [group], not: false })),
        };
      })}
    />
  );
}

function Applications({ answer }: { answer: Answer }) {
  const page = usePage();
  const unit = page.filter.unit;
  return (
    <Bars
      label="Applications by traffic"
      bars={records(answer).map((r) => {
        const app = text(r["L7Protocol"]);
        const port = text(r["DestPort"]);
        return {
          name: app === "Unknown" || app === "" ? `port ${port}` : app, detail: `${text(r["L4Protocol"])} ${port}`, value: number(r["Value"]), text: amount(number(r["Value"]), unit), exact: exact(number(r["Value"]), unit),
          onClick: () => page.narrow("port", port),
        };
      })}
    />
  );
}
