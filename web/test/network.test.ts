import { expect, test } from "vitest";
import type { Answer, Value } from "../src/kusto/answer";
import { networkOf } from "../src/pages/network";

function answer(names: string, rows: Value[][]): Answer {
  return { columns: names.split(" ").map((name) => ({ name, type: "string" })), rows, visualization: null, seconds: 0, serverSeconds: null, warning: null };
}

const LINKS = "A AKind B BKind Link Connection Bytes Packets Flows Denied Malicious AToB BToA";
const NETWORK = "Kind Id Name Region AddressPrefixes From To Gateway OtherGateway State Type Sku";

const inventory = answer(NETWORK, [
  ["VirtualNetwork", "s/g/hub", "g/hub", "westeurope", "10.0.0.0/16", "", "", "", "", "", "", ""],
  ["VirtualNetwork", "s/g/lab", "g/lab", "uksouth", "10.2.0.0/16", "", "", "", "", "", "", ""],
  ["VirtualNetwork", "s/g/idle", "g/idle", "uksouth", "10.3.0.0/16", "", "", "", "", "", "", ""],
  ["VirtualNetworkPeering", "s/g/hub/p", "g/hub/p", "", "", "g/hub", "g/idle", "", "", "Connected", "", ""],
  ["VirtualNetworkGateway", "s/g/gw1", "g/gw1", "westeurope", "", "g/hub/gatewaysubnet", "", "", "", "", "Vpn", "VpnGw1"],
  ["VirtualNetworkGateway", "s/g/gw2", "g/gw2", "uksouth", "", "g/lab/gatewaysubnet", "", "", "", "", "Vpn", "VpnGw1"],
  ["VirtualNetworkGatewayConnection", "s/g/c", "g/c", "", "", "g/hub", "g/lab", "s/g/gw1", "s/g/gw2", "", "Vnet2Vnet", ""],
]);

test("traffic goes through the gateways of its connection, in order", () => {
  const links = answer(LINKS, [["g/hub", "vnet", "g/lab", "vnet", "VpnGateway", "s/g/c", 100, 10, 2, 1, 0, 70, 30]]);
  const { nodes, edges } = networkOf(links, inventory, "vnet", "bytes");
  const carried = edges.filter((e) => e.traffic.bytes > 0).map((e) => [e.from, e.to].sort().join("–"));
  expect(carried.sort()).toEqual(["g/hub–s/g/gw1", "g/lab–s/g/gw2", "s/g/gw1–s/g/gw2"]);
  expect(nodes.find((n) => n.id === "s/g/gw1")).toMatchObject({ kind: "gateway", parent: "g/hub", region: "westeurope" });
  // From the hub to the lab, whichever way an edge was written.
  for (const e of edges.filter((x) => x.traffic.bytes > 0)) {
    const outwards = (e.from === "g/hub") || (e.from === "s/g/gw1" && e.to === "s/g/gw2") || (e.from === "s/g/gw2" && e.to === "g/lab");
    expect(outwards ? e.traffic.there : e.traffic.back).toBe(70);
  }
});

test("a network without traffic and a peering without traffic are shown, a gateway is tied to its network", () => {
  const { nodes, edges } = networkOf(answer(LINKS, []), inventory, "vnet", "bytes");
  expect(nodes.map((n) => n.id).sort()).toEqual(["g/hub", "g/idle", "g/lab", "s/g/gw1", "s/g/gw2"]);
  expect(edges.map((e) => e.link).sort()).toEqual(["VNetPeering", "VpnGateway", "attached", "attached"]);
});

test("traffic inside a place is its own, and several rows of one link are one edge", () => {
  const links = answer(LINKS, [
    ["g/hub", "vnet", "g/hub", "vnet", "", "", 50, 5, 1, 0, 0, 20, 30],
    ["Internet", "internet", "g/hub", "vnet", "", "", 10, 1, 1, 1, 0, 4, 6],
    ["Internet", "internet", "g/hub", "vnet", "", "x", 5, 1, 1, 0, 1, 5, 0],
  ]);
  const { nodes, edges } = networkOf(links, null, "vnet", "bytes");
  expect(nodes.find((n) => n.id === "g/hub")).toMatchObject({ inside: { bytes: 50 }, traffic: { bytes: 65, denied: 1, malicious: 1 } });
  expect(edges).toMatchObject([{ from: "Internet", to: "g/hub", traffic: { bytes: 15, there: 9, back: 6 }, names: ["x"] }]);
});

test("of very many places those that carry most are kept, and the rest is counted", () => {
  const links = answer(LINKS, Array.from({ length: 400 }, (_x, i) => [`g/n${i}`, "vnet", "Internet", "internet", "", "", i + 1, 1, 1, 0, 0, 1, 0]));
  const { nodes, left } = networkOf(links, null, "vnet", "bytes");
  expect(nodes.length).toBe(150);
  expect(left).toBe(251);
  expect(nodes[1]?.id).toBe("g/n399");
});
