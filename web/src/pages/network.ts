// The picture of a network: places as nodes, what they exchange as edges, gateways between. No drawing here.

import { number, records, text, type Answer, type Row } from "../kusto/answer";
import type { Unit } from "../format/numbers";

export type Level = "vnet" | "subnet" | "region";

export const KINDS = ["vnet", "subnet", "region", "gateway", "site", "clients", "internet", "azure", "malicious", "unknown"] as const;
export type Kind = (typeof KINDS)[number];

/** What two places exchanged, whichever end began. */
export interface Traffic {
  bytes: number;
  packets: number;
  flows: number;
  denied: number;
  malicious: number;
  /** Bytes from the first end to the second, and back. */
  there: number;
  back: number;
}

export interface Node {
  id: string;
  kind: Kind;
  label: string;
  /** Network of a subnet or of a gateway; "" for the others. */
  parent: string;
  region: string;
  prefixes: string;
  /** All traffic at this node, that inside it too. */
  traffic: Traffic;
  inside: Traffic;
}

export interface Edge {
  from: string;
  to: string;
  /** VNetPeering, VpnGateway, ExpressRoute, "" where flows tell none; "attached" ties a gateway to its network. */
  link: string;
  traffic: Traffic;
  /** Peerings and connections of the inventory or of the flows, by name. */
  names: string[];
}

export interface Network {
  nodes: Node[];
  edges: Edge[];
  /** Nodes that are not among those that carry most. */
  left: number;
}

const NODES_MAX = 150;

function none(): Traffic {
  return { bytes: 0, packets: 0, flows: 0, denied: 0, malicious: 0, there: 0, back: 0 };
}

/** Adds traffic; `swapped` where its ends stand the other way round. */
function add(to: Traffic, more: Traffic, swapped = false): void {
  to.bytes += more.bytes;
  to.packets += more.packets;
  to.flows += more.flows;
  to.denied += more.denied;
  to.malicious += more.malicious;
  to.there += swapped ? more.back : more.there;
  to.back += swapped ? more.there : more.back;
}

export function amountOf(traffic: Traffic, unit: Unit): number {
  return traffic[unit];
}

/** The traffic of a row of topology/links. */
export function trafficOf(row: Row): Traffic {
  return {
    bytes: number(row["Bytes"]), packets: number(row["Packets"]), flows: number(row["Flows"]), denied: number(row["Denied"]),
    malicious: number(row["Malicious"]), there: number(row["AToB"]), back: number(row["BToA"]),
  };
}

/** The end of a name: `group/vnet/subnet` → `subnet`; words in plain English stay whole. */
export function labelOf(id: string): string {
  return /^[\w.()/-]+$/.test(id) ? (id.split("/").pop() ?? id) : id;
}

/** Makes the picture of the answers of topology/links and topology/network. */
export function networkOf(links: Answer, inventory: Answer | null, level: Level, unit: Unit): Network {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Edge>();
  const node = (id: string, kind: Kind): Node => {
    let found = nodes.get(id);
    if (!found) {
      const parent = kind === "subnet" ? id.split("/").slice(0, 2).join("/") : "";
      nodes.set(id, (found = { id, kind, label: labelOf(id), parent, region: kind === "region" ? id : "", prefixes: "", traffic: none(), inside: none() }));
    }
    return found;
  };
  const edge = (a: string, b: string, link: string, name: string, traffic: Traffic): void => {
    const [from, to] = a < b ? [a, b] : [b, a];
    const key = JSON.stringify([from, to, link]);
    let found = edges.get(key);
    if (!found) edges.set(key, (found = { from, to, link, traffic: none(), names: [] }));
    add(found.traffic, traffic, from !== a);
    if (name !== "" && !found.names.includes(name)) found.names.push(name);
  };

  const known = inventory ? records(inventory) : [];
  // At the level of regions a gateway is inside of its region.
  const gateways = new Map<string, Row>();
  const connections = new Map<string, Row>();
  if (level !== "region")
    for (const row of known) {
      const kind = text(row["Kind"]);
      if (kind === "VirtualNetworkGateway") gateways.set(text(row["Id"]), row);
      if (kind === "VirtualNetworkGatewayConnection") connections.set(text(row["Id"]), row);
    }
  const place = (subnet: string) => (level === "vnet" ? subnet.split("/").slice(0, 2).join("/") : subnet);
  const gatewayNode = (id: string): Node => {
    const made = node(id, "gateway");
    const row = gateways.get(id);
    if (row && made.parent === "") {
      made.parent = place(text(row["From"]));
      made.region = text(row["Region"]);
      made.prefixes = text(row["Sku"]);
      if (made.parent !== "") node(made.parent, level === "subnet" ? "subnet" : "vnet");
    }
    return made;
  };

  for (const row of known) {
    const kind = { VirtualNetwork: "vnet", VirtualSubnetwork: "subnet" }[text(row["Kind"])];
    if (kind !== level) continue;
    const made = node(text(row["Name"]), level);
    made.region = text(row["Region"]);
    made.prefixes = text(row["AddressPrefixes"]);
  }
  for (const row of records(links)) {
    const [a, b] = [text(row["A"]), text(row["B"])];
    const traffic = trafficOf(row);
    const first = node(a, kindOf(row["AKind"]));
    if (a === b) {
      add(first.inside, traffic);
      add(first.traffic, traffic);
      continue;
    }
    const second = node(b, kindOf(row["BKind"]));
    add(first.traffic, traffic);
    add(second.traffic, traffic);
    const link = text(row["Link"]);
    const connection = text(row["Connection"]);
    const through = way(connection, a, b, gateways, connections, place);
    for (const id of through) add(gatewayNode(id).traffic, traffic);
    const stops = [a, ...through, b];
    stops.slice(1).forEach((stop, i) => edge(stops[i] ?? a, stop, link, labelOf(connection), traffic));
  }
  // What joins networks though nothing passed, and gateways that nothing passed.
  for (const row of known) {
    const kind = text(row["Kind"]);
    const [from, to] = [text(row["From"]), text(row["To"])];
    if (kind === "VirtualNetworkPeering" && level === "vnet" && nodes.has(from) && nodes.has(to)) edge(from, to, "VNetPeering", labelOf(text(row["Name"])), none());
  }
  for (const id of gateways.keys()) {
    const made = gatewayNode(id);
    if (made.parent !== "") edge(id, made.parent, "attached", "", none());
  }
  for (const [, row] of connections) {
    const [one, other] = [text(row["Gateway"]), text(row["OtherGateway"])];
    if (nodes.has(one) && nodes.has(other)) edge(one, other, "VpnGateway", labelOf(text(row["Name"])), none());
  }

  const all = [...nodes.values()].sort((x, y) => amountOf(y.traffic, unit) - amountOf(x.traffic, unit));
  const kept = all.slice(0, NODES_MAX);
  const shown = new Set(kept.map((n) => n.id));
  return { nodes: kept, edges: [...edges.values()].filter((e) => shown.has(e.from) && shown.has(e.to) && !doubled(e, edges)), left: all.length - kept.length };
}

/** The gateways that a connection goes through, in order from the first end to the second. */
function way(connection: string, a: string, b: string, gateways: Map<string, Row>, connections: Map<string, Row>, place: (subnet: string) => string): string[] {
  if (gateways.has(connection)) return [connection];
  const row = connections.get(connection);
  if (!row) return [];
  const ids = [text(row["Gateway"]), text(row["OtherGateway"])].filter((id) => gateways.has(id));
  const home = (id: string | undefined) => place(text(gateways.get(id ?? "")?.["From"]));
  return home(ids[0]) === b || (home(ids[1]) === a && ids.length > 1) ? ids.reverse() : ids;
}

// A gateway is tied to its network by its traffic where there is some.
function doubled(edge: Edge, edges: Map<string, Edge>): boolean {
  return edge.link === "attached" && [...edges.values()].some((e) => e !== edge && e.from === edge.from && e.to === edge.to);
}

function kindOf(value: Row[string] | undefined): Kind {
  return KINDS.find((k) => k === value) ?? "unknown";
}
