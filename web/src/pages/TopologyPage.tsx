// How the network hangs together: who talks to whom over which link, what the links carry, what stands in front.

import { useCallback, useMemo, useState } from "react";
import { usePage, type Flows } from "../app/page";
import { navigate, usePlace, withSearch } from "../app/router";
import { useDark } from "../app/settings";
import { Bars } from "../charts/Bars";
import { KIND_TITLES, linkTitle, NetworkChart, type Selection } from "../charts/Network";
import { palette } from "../charts/palette";
import { Segments } from "../filter/FilterBar";
import type { Condition } from "../filter/model";
import { amount, bits, exact } from "../format/numbers";
import { number, text, type Answer, type Row } from "../kusto/answer";
import { string } from "../kusto/literal";
import { useQuery } from "../kusto/useQuery";
import { Panel } from "../panel/Panel";
import { FilterCell, lastPart } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { countColumn, listColumn, timeColumn, unitColumns } from "./columns";
import { byColumns, is } from "./flowsOf";
import { amountOf, labelOf, networkOf, type Edge, type Kind, type Level, type Network, type Node } from "./network";
import { Trend } from "./Trend";
import { useTable } from "./useTable";

const LEVELS: { value: Level; title: string }[] = [
  { value: "vnet", title: "VNets" },
  { value: "subnet", title: "Subnets" },
  { value: "region", title: "Regions" },
];

export default function TopologyPage() {
  const page = usePage();
  const { search } = usePlace();
  const asked = new URLSearchParams(search).get("level");
  const level = LEVELS.find((l) => l.value === asked)?.value ?? "vnet";
  const links = useQuery(page.compose("topology/links", { level: string(level) }), page.database, page.version, "first");
  const inventory = useQuery(page.compose("topology/network"), page.database, page.version);
  const network = useMemo(() => (links.answer ? networkOf(links.answer, inventory.answer, level, page.filter.unit) : null), [links.answer, inventory.answer, level, page.filter.unit]);
  const [selection, select] = useState<Selection>(null);
  const choose = (to: Level) => {
    const next = new URLSearchParams(search);
    if (to === "vnet") next.delete("level");
    else next.set("level", to);
    select(null);
    navigate(withSearch("/topology", next));
  };
  const none = (
    <p>
      No inventory: no flow of this time is known to be of a network.
      <br />
      <code>weir topology import resources.json</code> gives names to flows that were read.
    </p>
  );
  return (
    <div className="grid">
      <Panel
        title="Who talks to whom" name="topology/links" parameters={{ level: string(level) }} shared={links} className="span-8 tall" empty={none}
        note="Wide: much traffic. Dashed: none in this time" actions={<Segments label="Level" value={level} options={LEVELS} onChange={choose} />}
      >
        {() => network && <Graph network={network} onSelect={select} />}
      </Panel>
      <section className="panel span-4" aria-label="What is chosen" aria-live="polite">
        {network && <Chosen network={network} selection={selection} onSelect={select} />}
      </section>
      <Panel title="Links" name="topology/links" parameters={{ level: string(level) }} shared={links} className="span-12" empty={none} note="A flow counts once, however many NICs logged it">
        {(answer) => <Links answer={answer} />}
      </Panel>
      <Panel title="The five connections that carry most" name="topology/connections-trend" className="span-12" empty={<p>No flow of this time went through a peering, a gateway or a circuit.</p>}>
        {(answer) => <Trend answer={answer} label="Trend of the top five connections" />}
      </Panel>
      <Panel
        title="Peerings, gateways and circuits" name="topology/connections" className="span-12" empty={<p>No flow of this time went through a peering, a gateway or a circuit.</p>}
        note="The busiest interval is compared with what Azure states of the gateway's size"
      >
        {(answer) => <Connections answer={answer} />}
      </Panel>
      <Panel title="Load balancers and application gateways" name="topology/balancers" className="span-12 wide-24" empty={<p>The inventory has none, and no flow went to one.</p>}>
        {(answer) => <Balancers answer={answer} />}
      </Panel>
    </div>
  );
}

function Graph({ network, onSelect }: { network: Network; onSelect: (selection: Selection) => void }) {
  const page = usePage();
  return (
    <>
      <NetworkChart network={network} unit={page.filter.unit} label={`Network: ${network.nodes.length} places, ${network.edges.length} links`} height={560} onSelect={onSelect} />
      {network.left > 0 && <p className="muted hint">{exact(network.left)} more places carry less and are in the table alone.</p>}
    </>
  );
}

/** Conditions that choose the flows of a place. */
function conditionsOf(id: string, kind: Kind): Condition[] {
  switch (kind) {
    case "vnet": case "subnet": case "region": return [is(kind, id)];
    case "internet": return [{ kql: 'FlowType == "ExternalPublic"' }];
    case "azure": return [{ kql: 'FlowType == "AzurePublic"' }];
    case "malicious": return [{ kql: 'FlowType == "MaliciousFlow"' }];
    case "clients": return [{ kql: 'FlowType == "P2S"' }];
    case "site": return id === "Other sites"
      ? [{ kql: 'FlowType == "S2S"' }]
      : [{ kql: ["SrcLocalNetworkGateway", "DestLocalNetworkGateway", "SrcExpressRouteCircuit", "DestExpressRouteCircuit"].map((c) => `${c} == ${string(id)}`).join(" or ") }];
    case "unknown": return [{ kql: id === "Unknown private addresses" ? 'FlowType == "UnknownPrivate"' : 'FlowType == "Unknown"' }];
    case "gateway": return [{ kql: `ConnectionName startswith ${string(id)}` }];
  }
}

/** What is known of the node or link that was chosen; before one is, what carries most. */
function Chosen({ network, selection, onSelect }: { network: Network; selection: Selection; onSelect: (selection: Selection) => void }) {
  const node = selection && "node" in selection ? network.nodes.find((n) => n.id === selection.node.id) : undefined;
  const edge = selection && "edge" in selection ? network.edges.find((e) => e.from === selection.edge.from && e.to === selection.edge.to && e.link === selection.edge.link) : undefined;
  if (node) return <ChosenNode network={network} node={node} onSelect={onSelect} />;
  if (edge) return <ChosenEdge network={network} edge={edge} onSelect={onSelect} />;
  return <Summary network={network} onSelect={onSelect} />;
}

function Summary({ network, onSelect }: { network: Network; onSelect: (selection: Selection) => void }) {
  const page = usePage();
  const unit = page.filter.unit;
  const busiest = network.nodes.filter((n) => amountOf(n.traffic, unit) > 0).slice(0, 9);
  const idle = network.nodes.filter((n) => n.traffic.flows + n.traffic.bytes === 0 && n.kind !== "gateway");
  const idleLinks = network.edges.filter((e) => e.link !== "attached" && e.traffic.flows + e.traffic.bytes === 0);
  return (
    <>
      <header className="panel-head"><h2>Places by traffic</h2></header>
      <div className="panel-body stack">
        {busiest.length + idle.length === 0 && <p className="muted">No place of the inventory, and no flow between places, in this time.</p>}
        <Bars
          label="Places by traffic"
          bars={busiest.map((n) => ({ name: n.label, detail: n.label === KIND_TITLES[n.kind] ? "" : KIND_TITLES[n.kind], value: amountOf(n.traffic, unit), text: amount(amountOf(n.traffic, unit), unit), exact: `${n.id}: ${exact(amountOf(n.traffic, unit), unit)}`, does: "Look at", onClick: () => onSelect({ node: n }) }))}
        />
        {(idle.length > 0 || idleLinks.length > 0) && (
          <div>
            <h3 className="part">Without traffic in this time</h3>
            <ul className="plain-list">
              {idle.slice(0, 8).map((n) => <li key={n.id}><button type="button" className="cell-link" onClick={() => onSelect({ node: n })}><bdi>{n.label}</bdi></button> <small>{KIND_TITLES[n.kind]}</small></li>)}
              {idleLinks.slice(0, 8).map((e, i) => <li key={i}><button type="button" className="cell-link" onClick={() => onSelect({ edge: e })}><bdi>{e.names[0] ?? `${labelOf(e.from)} – ${labelOf(e.to)}`}</bdi></button> <small>{linkTitle(e.link)}</small></li>)}
            </ul>
            {idle.length + idleLinks.length > 16 && <small>and {exact(idle.length + idleLinks.length - 16)} more</small>}
          </div>
        )}
      </div>
    </>
  );
}

function ChosenHead({ title, onSelect }: { title: string; onSelect: (selection: Selection) => void }) {
  return (
    <header className="panel-head">
      <h2 title={title}><bdi>{title}</bdi></h2>
      <div className="panel-actions"><button type="button" className="button small" onClick={() => onSelect(null)}>All places</button></div>
    </header>
  );
}

function FlowButtons({ flows }: { flows: Flows }) {
  const page = usePage();
  return (
    <div className="row">
      <button type="button" className="button small" onClick={() => page.showFlows(flows)}>Flows</button>
      <button type="button" className="button small" onClick={() => page.setFilter({ ...page.filter, conditions: [...page.filter.conditions, ...flows.conditions] })}>Add to the filter</button>
    </div>
  );
}

function FactRows({ facts }: { facts: [string, string, string?][] }) {
  return (
    <dl className="facts">
      {facts.filter(([, value]) => value !== "").map(([name, value, all]) => <div key={name}><dt>{name}</dt><dd title={all ?? value}><bdi>{value}</bdi></dd></div>)}
    </dl>
  );
}

function ChosenNode({ network, node, onSelect }: { network: Network; node: Node; onSelect: (selection: Selection) => void }) {
  const page = usePage();
  const colours = palette(useDark());
  const unit = page.filter.unit;
  const edges = network.edges.filter((e) => (e.from === node.id || e.to === node.id) && e.link !== "attached").sort((a, b) => amountOf(b.traffic, unit) - amountOf(a.traffic, unit));
  return (
    <>
      <ChosenHead title={node.label} onSelect={onSelect} />
      <div className="panel-body stack">
        <FactRows
          facts={[
            ["What", KIND_TITLES[node.kind]], ["Name", node.label === node.id ? "" : node.id], ["Region", node.kind === "region" ? "" : node.region], [node.kind === "gateway" ? "Size" : "Addresses", node.prefixes],
            ["All traffic", amount(amountOf(node.traffic, unit), unit), exact(amountOf(node.traffic, unit), unit)],
            ["Of it inside", node.inside.flows + node.inside.bytes > 0 ? amount(amountOf(node.inside, unit), unit) : "", exact(amountOf(node.inside, unit), unit)],
            ["Denied flows", exact(node.traffic.denied)], ["Malicious flows", node.traffic.malicious > 0 ? exact(node.traffic.malicious) : ""],
          ]}
        />
        <FlowButtons flows={{ title: `Flows of ${node.label}`, conditions: conditionsOf(node.id, node.kind) }} />
        <div>
          <h3 className="part">Talks to</h3>
          <Bars
            label={`Places that ${node.label} talks to`}
            bars={edges.slice(0, 10).map((e) => {
              const other = e.from === node.id ? e.to : e.from;
              const value = amountOf(e.traffic, unit);
              return {
                name: labelOf(other), detail: e.link === "" ? "" : linkTitle(e.link), value, text: amount(value, unit), exact: exact(value, unit), does: "Look at",
                ...(e.traffic.malicious > 0 ? { colour: colours.malicious } : {}), onClick: () => onSelect({ edge: e }),
              };
            })}
          />
        </div>
      </div>
    </>
  );
}

function ChosenEdge({ network, edge, onSelect }: { network: Network; edge: Edge; onSelect: (selection: Selection) => void }) {
  const page = usePage();
  const [from, to] = [network.nodes.find((n) => n.id === edge.from), network.nodes.find((n) => n.id === edge.to)];
  if (!from || !to) return null;
  const conditions = [...conditionsOf(from.id, from.kind), ...conditionsOf(to.id, to.kind), ...(edge.link !== "" && edge.link !== "attached" ? [is("link", edge.link)] : [])];
  return (
    <>
      <ChosenHead title={`${from.label} ↔ ${to.label}`} onSelect={onSelect} />
      <div className="panel-body stack">
        <FactRows
          facts={[
            ["From", from.id], ["To", to.id], ["Link", linkTitle(edge.link)], ["Connections", edge.names.join(", ")],
            [`${from.label} →`, amount(edge.traffic.there, "bytes"), exact(edge.traffic.there, "bytes")], [`${to.label} →`, amount(edge.traffic.back, "bytes"), exact(edge.traffic.back, "bytes")],
            ["Packets", amount(edge.traffic.packets, "packets"), exact(edge.traffic.packets)], ["Flows", exact(edge.traffic.flows)],
            ["Denied flows", exact(edge.traffic.denied)], ["Malicious flows", edge.traffic.malicious > 0 ? exact(edge.traffic.malicious) : ""],
          ]}
        />
        <FlowButtons flows={{ title: `${from.label} ↔ ${to.label}`, conditions }} />
        <div className="row">
          {[from, to].map((n) => <button key={n.id} type="button" className="button small" onClick={() => onSelect({ node: n })}><bdi className="ellipsis">{n.label}</bdi></button>)}
          <button type="button" className="button small" onClick={() => page.showFlows({ title: `${from.label} ↔ ${to.label}, denied`, conditions: [...conditions, { kql: 'FlowStatus == "Denied"' }] })}>Denied flows</button>
        </div>
      </div>
    </>
  );
}

function placeColumn(key: string, kind: string, title: string): TableColumn<Row> {
  return {
    key, title, width: 150, grow: 1.4, value: (r) => text(r[key]),
    show: (r) => {
      const [id, of] = [text(r[key]), text(r[kind])];
      return ["vnet", "subnet", "region"].includes(of) ? <FilterCell field={of} value={id} shown={of === "subnet" ? id.split("/").slice(-2).join(" / ") : labelOf(id)} /> : labelOf(id);
    },
  };
}

function Links({ answer }: { answer: Answer }) {
  const { page, colours, unit, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    placeColumn("A", "AKind", "Place"),
    placeColumn("B", "BKind", "Place"),
    { key: "Link", title: "Link", width: 108, value: (r) => linkTitle(text(r["Link"])), show: (r) => <FilterCell field="link" value={text(r["Link"])} shown={linkTitle(text(r["Link"]))} /> },
    { key: "Connection", title: "Connection", width: 104, grow: 0.7, optional: true, value: (r) => text(r["Connection"]), show: (r) => lastPart(text(r["Connection"])) },
    ...unitColumns(unit, colours.allowed + "40"),
    countColumn("AToB", "→", "bytes from the first to the second", { unit: "bytes" }),
    countColumn("BToA", "←", "bytes from the second to the first", { unit: "bytes" }),
    countColumn("Denied", "Denied", "denied flows"),
    countColumn("Malicious", "Malicious", "malicious flows", { alarm: true, optional: true }),
  ], [unit, colours]);
  const onRow = useCallback((r: Row) => {
    const end = (key: string, kind: string) => conditionsOf(text(r[key]), text(r[kind]) as Kind);
    const link = text(r["Link"]);
    page.showFlows({ title: `${labelOf(text(r["A"]))} ↔ ${labelOf(text(r["B"]))}`, conditions: [...end("A", "AKind"), ...(r["A"] === r["B"] ? [] : end("B", "BKind")), ...(link ? [is("link", link)] : [])] });
  }, [page]);
  return <DataTable columns={columns} rows={rows} label="Links" height={400} file="links" onRow={onRow} />;
}

function Connections({ answer }: { answer: Answer }) {
  const { page, colours, zone, unit, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "Connection", title: "Connection", width: 150, grow: 1.4, value: (r) => text(r["Connection"]), show: (r) => lastPart(text(r["Connection"])) || <span className="muted">without a name</span> },
    { key: "ConnectionType", title: "Link", width: 118, value: (r) => linkTitle(text(r["ConnectionType"])), show: (r) => <FilterCell field="link" value={text(r["ConnectionType"])} shown={linkTitle(text(r["ConnectionType"]))} /> },
    { key: "Gateway", title: "Gateway", width: 172, grow: 0.7, optional: true, value: (r) => text(r["Gateway"]), show: (r) => <>{lastPart(text(r["Gateway"]))} <small>{text(r["Sku"])}</small></> },
    ...unitColumns(unit, colours.allowed + "40").slice(0, unit === "flows" ? 1 : 2),
    countColumn("In", "In", "bytes from outside of the networks, or from the end that began", { unit: "bytes" }),
    countColumn("Out", "Out", "bytes to the outside of the networks", { unit: "bytes" }),
    countColumn("Denied", "Denied", "denied flows", { optional: true }),
    { key: "BusiestBitsPerSecond", title: "Most", about: "mean rate of the busiest interval", width: 92, align: "right", value: (r) => number(r["BusiestBitsPerSecond"]), show: (r) => bits(number(r["BusiestBitsPerSecond"])), hover: (r) => `${exact(Math.round(number(r["BusiestBitsPerSecond"])))} bit/s` },
    {
      key: "PercentOfCapacity", title: "Of capacity", about: "the busiest interval, of what Azure states of the gateway's size", width: 100, align: "right", optional: true, value: (r) => (r["Megabits"] == null ? null : number(r["PercentOfCapacity"])),
      show: (r) => (r["Megabits"] == null ? <span className="muted">–</span> : number(r["PercentOfCapacity"]) < 0.1 ? "< 0.1 %" : <span className={number(r["PercentOfCapacity"]) >= 80 ? "alarm" : ""}>{number(r["PercentOfCapacity"]).toFixed(1)} %</span>),
      hover: (r) => (r["Megabits"] == null ? "the size of the gateway is not known" : `of ${exact(number(r["Megabits"]))} Mbit/s`),
    },
    timeColumn("Busiest", "Busiest", zone),
  ], [unit, colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Peerings, gateways and circuits" height={360} file="connections" onRow={(r) => page.showFlows(byColumns(r, `Flows over ${lastPart(text(r["Connection"])) || linkTitle(text(r["ConnectionType"]))}`, { link: "ConnectionType" }, text(r["Connection"]) ? [`ConnectionName == ${string(text(r["Connection"]))} or ConnectionName startswith ${string(text(r["Connection"]) + "_")}`] : []))} />;
}

/** "10.1.1.68 10.1.1.69 10.1.1.70" → "10.1.1.68 + 2". */
function listed(value: Row[string] | undefined): string {
  const parts = text(value).split(" ").filter((p) => p !== "");
  return parts.length > 1 ? `${parts[0]} + ${parts.length - 1}` : (parts[0] ?? "");
}

function Balancers({ answer }: { answer: Answer }) {
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "Name", title: "Name", width: 120, grow: 1, value: (r) => text(r["Name"]), show: (r) => lastPart(text(r["Name"])) },
    { key: "Kind", title: "Kind", width: 152, value: (r) => text(r["Kind"]) },
    { key: "Region", title: "Region", width: 96, value: (r) => text(r["Region"]) },
    { key: "FrontendIps", title: "In front", width: 120, grow: 0.7, value: (r) => listed(r["FrontendIps"]), hover: (r) => text(r["FrontendIps"]).replaceAll(" ", "\n") },
    { key: "Behind", title: "Behind", width: 130, grow: 1, value: (r) => listed(r["Behind"]), hover: (r) => text(r["Behind"]).replaceAll(" ", "\n") },
    countColumn("Flows", "Flows", "flows to it and to what is behind", { bar: colours.allowed + "40" }),
    countColumn("Bytes", "Bytes", "both directions", { unit: "bytes" }),
    countColumn("Sources", "Sources", "different source addresses", { width: 76 }),
    countColumn("Receivers", "Receivers", "addresses that were reached", { width: 82 }),
    countColumn("Denied", "Denied", "denied flows"),
    countColumn("Malicious", "Malicious", "malicious flows", { alarm: true, optional: true }),
    listColumn("Ports", "Ports", "some of the ports", 100),
    timeColumn("Last", "Last", zone),
  ], [colours, zone]);
  return (
    <DataTable
      columns={columns} rows={rows} label="Load balancers and application gateways" height={300} file="balancers"
      onRow={(r) => page.showFlows({ title: `Flows to ${lastPart(text(r["Name"]))}`, conditions: [{ kql: `DestLoadBalancer == ${string(text(r["Name"]))} or DestApplicationGateway == ${string(text(r["Name"]))}` }] })}
    />
  );
}
