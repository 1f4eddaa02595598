// What a filter can speak of: a thing with two ends is one field, whichever end it is at.

import { string, strings } from "../kusto/literal";

export interface Field {
  name: string;
  title: string;
  /** What it is, for the list that completes names. */
  about: string;
  /** KQL that is true where the field has one of the values. */
  is: (values: string[]) => string;
  /** Columns whose values the field can have. */
  columns: string[];
  /** Numbers are written without quotes. */
  numeric?: boolean;
}

function oneOf(column: string, values: string[]): string {
  return values.length === 1 ? `${column} == ${string(values[0] ?? "")}` : `${column} in ${strings(values)}`;
}

/** Either end has it. */
function ends(a: string, b: string): (values: string[]) => string {
  return (values) => `(${oneOf(a, values)} or ${oneOf(b, values)})`;
}

function plain(column: string): (values: string[]) => string {
  return (values) => oneOf(column, values);
}

function below(values: string[]): string {
  const one = (v: string) => `SrcSubnet startswith ${string(v + "/")} or DestSubnet startswith ${string(v + "/")}`;
  return `(${values.map(one).join(" or ")})`;
}

/** Scale sets: an instance is named <scale set>_<number or eight hex digits>. */
function instances(values: string[]): string {
  const one = (v: string) => `SrcVm startswith ${string(v + "_")} or DestVm startswith ${string(v + "_")}`;
  return `(${values.map(one).join(" or ")})`;
}

/** An address or a range. */
function address(value: string): string {
  if (value.includes("/")) {
    const f = value.includes(":") ? "ipv6_is_in_range" : "ipv4_is_in_range";
    const s = string(value);
    return `${f}(SrcIp, ${s}) or ${f}(DestIp, ${s})`;
  }
  const s = string(value);
  return `SrcIp == ${s} or DestIp == ${s} or ${listed("SrcPublicIps", value)} or ${listed("DestPublicIps", value)}`;
}

function listed(column: string, value: string): string {
  return `strcat(" ", ${column}) contains ${string(` ${value}|`)}`;
}

/** An address at one of the ends. */
function end(column: string, list: string): (values: string[]) => string {
  const one = (v: string) => (v === "" ? `${column} == ""` : `${column} == ${string(v)} or ${listed(list, v)}`);
  return (values) => `(${values.map(one).join(" or ")})`;
}

function port(values: string[]): string {
  const one = (v: string) => {
    const range = /^(\d+)-(\d+)$/.exec(v.trim());
    return range ? `DestPort between (${range[1]} .. ${range[2]})` : `DestPort == ${/^\d+$/.test(v.trim()) ? v.trim() : "-1"}`;
  };
  return values.length === 1 ? one(values[0] ?? "") : `(${values.map(one).join(" or ")})`;
}

const list: Field[] = [
  { name: "ip", title: "IP address", about: "source or destination; an address or a range such as 10.1.0.0/16", is: (v) => `(${v.map(address).join(" or ")})`, columns: ["SrcIp", "DestIp"] },
  { name: "subscription", title: "Subscription", about: "of either end", is: ends("SrcSubscription", "DestSubscription"), columns: ["SrcSubscription", "DestSubscription"] },
  { name: "vnet", title: "VNet", about: "of either end: group/vnet", is: below, columns: [] },
  { name: "subnet", title: "Subnet", about: "of either end: group/vnet/subnet", is: ends("SrcSubnet", "DestSubnet"), columns: ["SrcSubnet", "DestSubnet"] },
  { name: "nic", title: "NIC", about: "of either end: group/nic", is: ends("SrcNic", "DestNic"), columns: ["SrcNic", "DestNic"] },
  { name: "vm", title: "VM", about: "of either end: group/vm", is: ends("SrcVm", "DestVm"), columns: ["SrcVm", "DestVm"] },
  { name: "scaleset", title: "Scale set", about: "of either end: group/scale set", is: instances, columns: [] },
  { name: "region", title: "Region", about: "of either end", is: ends("SrcRegion", "DestRegion"), columns: ["SrcRegion", "DestRegion"] },
  { name: "port", title: "Port", about: "destination port; a number or a range such as 8000-8999", is: port, columns: ["DestPort"], numeric: true },
  { name: "protocol", title: "Protocol", about: "TCP or UDP", is: plain("L4Protocol"), columns: ["L4Protocol"] },
  { name: "app", title: "Application", about: "service that the port is registered for", is: plain("L7Protocol"), columns: ["L7Protocol"] },
  { name: "source", title: "Source", about: "address that began the flow", is: end("SrcIp", "SrcPublicIps"), columns: ["SrcIp"] },
  { name: "destination", title: "Destination", about: "address that was called", is: end("DestIp", "DestPublicIps"), columns: ["DestIp"] },
  { name: "group", title: "Rule group", about: "network security group or network group", is: plain("AclGroup"), columns: ["AclGroup"] },
  { name: "rule", title: "Rule", about: "that allowed or denied the flow", is: plain("AclRule"), columns: ["AclRule"] },
  { name: "country", title: "Country", about: "of the public end, two letters", is: plain("Country"), columns: ["Country"] },
  { name: "azureregion", title: "Azure region", about: "of the public end", is: plain("AzureRegion"), columns: ["AzureRegion"] },
  { name: "encryption", title: "Encryption", about: "of the virtual network", is: plain("FlowEncryption"), columns: ["FlowEncryption"] },
  { name: "mac", title: "MAC address", about: "of the NIC that logged the flow", is: plain("MacAddress"), columns: ["MacAddress"] },
  { name: "flowlog", title: "Flow log", about: "that the flow was read from", is: plain("FlowLogResourceId"), columns: ["FlowLogResourceId"] },
  { name: "connection", title: "Connection", about: "peering, gateway connection or circuit", is: plain("ConnectionName"), columns: ["ConnectionName"] },
  { name: "link", title: "Link", about: "kind of connection", is: plain("ConnectionType"), columns: ["ConnectionType"] },
];

export const FIELDS: ReadonlyMap<string, Field> = new Map(list.map((f) => [f.name, f]));

/** Steps of the scope, wide to narrow. */
export const SCOPE_STEPS = ["subscription", "vnet", "subnet", "nic", "ip"] as const;

export const FLOW_TYPES: { value: string; about: string }[] = [
  { value: "IntraVNet", about: "both ends in one VNet" },
  { value: "InterVNet", about: "ends in two VNets" },
  { value: "S2S", about: "a site behind VPN or ExpressRoute" },
  { value: "P2S", about: "a VPN client" },
  { value: "AzurePublic", about: "an Azure service" },
  { value: "ExternalPublic", about: "the internet" },
  { value: "MaliciousFlow", about: "an address of a threat feed" },
  { value: "UnknownPrivate", about: "a private address that no inventory knows" },
  { value: "Unknown", about: "neither end is known" },
];
