//! `NTANetAnalytics`: aggregated, decorated flows.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntanetanalytics>

use super::system::{BILLED_SIZE, IS_BILLABLE, SOURCE_SYSTEM, TENANT_ID, TIME_GENERATED, TYPE, day};
use super::{boolean, datetime, int, long, text};
use crate::Source::{Address, Blank, Constant, Derived, Inventory, Raw, Run};
use crate::Unit::{Bytes, Flows, Mixed, Packets, Records};
use crate::{Column, Table, TableKind, Values};

pub(super) static TABLE: Table = Table {
    name: "NTANetAnalytics",
    kind: TableKind::Stored,
    doc: "One aggregated flow of one processing interval: tuples that share addresses, destination port, \
          protocol, rule, direction, status, encryption, MAC address and flow log, with the source port left \
          out. Rows are additive: late data gives a further row of the same key. Resource names are lower \
          case, and blank when unknown.",
    columns: COLUMNS,
    hidden: HIDDEN,
};

pub(super) const COLUMNS: &[Column] = &[
    text(
        "AclGroup",
        Raw,
        "What the deciding rule belongs to: lower-case resource id of the network security group, or of the \
         network group behind a security admin rule. `Unspecified` when the log names none; a GUID that no \
         inventory knows stays one.",
    ),
    text(
        "AclRule",
        Raw,
        "Name of the rule that decided, lower case, without `DefaultRule_` or `UserRule_`: `denyallinbound`, \
         `platformrule`.",
    ),
    text("Action", Raw, "What was done with the traffic: `Allowed` or `Denied` for flows."),
    long(
        "AllowedInFlows",
        Raw,
        "Allowed flows that began in the interval, inbound; 0 if none began, whatever their bytes.",
    )
    .counting(Flows),
    long("AllowedOutFlows", Raw, "Allowed flows that began in the interval, outbound.").counting(Flows),
    text(
        "AzureRegion",
        Address,
        "Azure region of the public side, lower case without spaces: `northcentralus`. Filled for AzurePublic.",
    ),
    BILLED_SIZE,
    long("BytesDestToSrc", Raw, "Bytes sent from destination to source in the interval.").counting(Bytes),
    long("BytesSrcToDest", Raw, "Bytes sent from source to destination in the interval.").counting(Bytes),
    long(
        "CompletedFlows",
        Raw,
        "Flows that ended in the interval; may exceed those that began. 0 for NSG flow logs of version 1.",
    )
    .counting(Flows),
    text("ConnectingVnets", Inventory, "Hub networks between the two sides, apart by a space."),
    text(
        "ConnectionName",
        Inventory,
        "Link that carries the flow, `<subscription>/<group>/<connection>`; for P2S the last part is \
         `<gateway>_<client address>`.",
    ),
    text(
        "ConnectionType",
        Inventory,
        "`VNetPeering`, `VpnGateway` or `ExpressRoute`; blank inside one virtual network.",
    ),
    text(
        "Country",
        Address,
        "Country of the public side, two letters, lower case. Filled for ExternalPublic and MaliciousFlow.",
    ),
    long("DeniedInFlows", Raw, "Denied flows, inbound: one for each deny tuple.").counting(Flows),
    long("DeniedOutFlows", Raw, "Denied flows, outbound: one for each deny tuple.").counting(Flows),
    text(
        "Description",
        Raw,
        "`scan: <n> sources, <n> ports` where the workspace folds denied flows from outside by target and rule, and the \
         row is of such; else blank.",
    ),
    text(
        "DestApplicationGateway",
        Inventory,
        "Application gateway of the destination, `<subscription>/<group>/<gateway>`.",
    ),
    text("DestCloud", Address, "Cloud of the destination: `Public`, `Mooncake` or `Fairfax`."),
    text(
        "DestEnvironment",
        Address,
        "Environment of the destination: `Prod` or `NonProd`; blank when unknown.",
    ),
    text(
        "DestExpressRouteCircuit",
        Inventory,
        "Circuit to the destination's site, `<subscription>/<group>/<circuit>`.",
    ),
    text(
        "DestIp",
        Raw,
        "Destination address. Blank on the public side of an AzurePublic or ExternalPublic flow if the \
         workspace folds such addresses: see `DestPublicIps`.",
    ),
    text(
        "DestLoadBalancer",
        Inventory,
        "Load balancer of the destination, `<subscription>/<group>/<load balancer>`.",
    ),
    text(
        "DestLocalNetworkGateway",
        Inventory,
        "Local network gateway of the destination's site, `<subscription>/<group>/<gateway>`.",
    ),
    text(
        "DestNetworkGroups",
        Inventory,
        "Network groups that the destination's virtual network or subnet is in, \
         `<subscription>/<group>/<manager>/<network group>`, apart by a space.",
    ),
    text("DestNic", Inventory, "Network interface of the destination, `<group>/<nic>`."),
    int("DestPort", Raw, "Destination port; null where a row is of a scan, whatever its ports."),
    text(
        "DestPublicIps",
        Raw,
        "Public destination addresses and their counters, apart by a space, each `ip|started|ended|packets \
         out|packets in|bytes out|bytes in`; out is source to destination. Denied flows count as started. Those of \
         most bytes come first, and only as many as the workspace is set to keep: `WeirPublicIps` has all.",
    )
    .counting(Mixed),
    text("DestRegion", Inventory, "Azure region of the destination's resource, lower case without spaces."),
    text("DestServiceId", Blank, "Service id of the destination; blank."),
    text("DestServiceName", Address, "Name of the service that owns the destination address."),
    text(
        "DestServiceTags",
        Address,
        "Service tags of the public destinations, each `<addresses>|<tag>`, the addresses apart by a space, and so \
         the tags: `192.0.2.1 192.0.2.2|Storage.WestEurope 192.0.2.9|Sql`.",
    ),
    text("DestSubnet", Inventory, "Subnet of the destination, `<group>/<vnet>/<subnet>`."),
    text("DestSubscription", Inventory, "Subscription of the destination's resource: a GUID."),
    text("DestTenantId", Inventory, "Directory of that subscription: a GUID; blank when no export tells it."),
    text("DestTenantName", Address, "Name of that directory."),
    text(
        "DestVm",
        Inventory,
        "Virtual machine of the destination, `<group>/<vm>`; an instance of a scale set is \
         `<group>/<scale set>_<n>`.",
    ),
    text(
        "ExpressRouteCircuitPeeringType",
        Inventory,
        "Peering of the circuit: `AzurePrivatePeering`, `AzurePublicPeering` or `MicrosoftPeering`.",
    ),
    text("FaSchemaVersion", Constant, "Layout of the row: `3`."),
    text("FlowDirection", Raw, "`Inbound` or `Outbound`, as seen by the interface that logged the flow.")
        .holding(Values::OneOf(&[("Inbound", "I"), ("Outbound", "O")])),
    text(
        "FlowEncryption",
        Raw,
        "Encryption of the flow in words: `Encrypted`, `Unencrypted`, `Unsupported hardware`, \
         `Software not ready`, `Drop due to no encryption`, `Discovery not supported`, \
         `Destination on same host` or `Fall back to no encryption`. Blank for NSG flow logs.",
    )
    .holding(Values::OneOf(&[
        ("Encrypted", "X"),
        ("Unencrypted", "NX"),
        ("Unsupported hardware", "NX_HW_NOT_SUPPORTED"),
        ("Software not ready", "NX_SW_NOT_READY"),
        ("Drop due to no encryption", "NX_NOT_ACCEPTED"),
        ("Discovery not supported", "NX_NOT_SUPPORTED"),
        ("Destination on same host", "NX_LOCAL_DST"),
        ("Fall back to no encryption", "NX_FALLBACK"),
    ])),
    datetime("FlowEndTime", Raw, "Time of the group's last tuple."),
    datetime("FlowIntervalEndTime", Run, "End of the processing interval, exclusive."),
    datetime("FlowIntervalStartTime", Run, "Start of the processing interval: a 10- or 60-minute boundary."),
    text(
        "FlowLogResourceId",
        Raw,
        "Flow log that was read, `<subscription>/<group>/<networkwatcher_region>/<flow log>`, lower case.",
    ),
    datetime(
        "FlowStartTime",
        Raw,
        "Time of the group's first tuple; may lie up to a minute before the interval, whose tuples are those \
         of its records.",
    ),
    text("FlowStatus", Raw, "`Allowed` or `Denied`.")
        .holding(Values::OneOf(&[("Allowed", "A"), ("Denied", "D")])),
    text(
        "FlowType",
        Inventory,
        "Relation of the two sides: `IntraVNet`, `InterVNet`, `S2S`, `P2S`, `AzurePublic`, `ExternalPublic`, \
         `MaliciousFlow`, `UnknownPrivate` or `Unknown`.",
    )
    .holding(Values::OneOf(super::FLOW_TYPES)),
    IS_BILLABLE,
    boolean(
        "IsFlowCapturedAtUdrHop",
        Inventory,
        "True if the logging interface is neither side of the flow but forwards it.",
    ),
    text("L4Protocol", Raw, "`TCP` or `UDP`.").holding(Values::OneOf(&[("TCP", "T"), ("UDP", "U")])),
    text(
        "L7Protocol",
        Raw,
        "Registered service name of the destination port, lower case: `https`, `domain`; else `Unknown`. The \
         payload is not looked at.",
    ),
    text("LogResourceId", Run, "Full resource id of the log source, such as the flow log."),
    text(
        "MacAddress",
        Raw,
        "MAC address of the interface that logged the flow: upper-case pairs joined by hyphens, \
         `00-0D-3A-1B-2C-3D`.",
    )
    .holding(Values::Mac),
    text(
        "NsgList",
        Raw,
        "Network security group, `<subscription>/<group>/<nsg>`, of a row from NSG flow logs; else blank.",
    ),
    text("NsgRule", Raw, "Rule name without prefix, of a row from NSG flow logs; else blank."),
    text(
        "NsgRuleType",
        Raw,
        "`UserDefined` or `Default`: the kind of that rule, of a row from NSG flow logs; else blank.",
    ),
    long("PacketsDestToSrc", Raw, "Packets sent from destination to source in the interval.")
        .counting(Packets),
    long("PacketsSrcToDest", Raw, "Packets sent from source to destination in the interval.")
        .counting(Packets),
    text(
        "PrivateEndpointResourceId",
        Inventory,
        "Private endpoint that the flow uses, `<group>/<endpoint>`.",
    ),
    text(
        "PrivateLinkResourceId",
        Inventory,
        "Resource behind the private endpoint, `<group>/<resource type>/<resource>`.",
    ),
    text("PrivateLinkResourceName", Inventory, "Plain name of the resource behind the private endpoint."),
    long("RecordCount", Raw, "Raw records that were folded into the row.").counting(Records),
    SOURCE_SYSTEM,
    text(
        "SrcApplicationGateway",
        Inventory,
        "Application gateway of the source, `<subscription>/<group>/<gateway>`.",
    ),
    text("SrcCloud", Address, "Cloud of the source: `Public`, `Mooncake` or `Fairfax`."),
    text("SrcEnvironment", Address, "Environment of the source: `Prod` or `NonProd`; blank when unknown."),
    text(
        "SrcExpressRouteCircuit",
        Inventory,
        "Circuit to the source's site, `<subscription>/<group>/<circuit>`.",
    ),
    text(
        "SrcIp",
        Raw,
        "Source address. Blank on the public side of an AzurePublic or ExternalPublic flow if the workspace \
         folds such addresses: see `SrcPublicIps`.",
    ),
    text(
        "SrcLoadBalancer",
        Inventory,
        "Load balancer of the source, `<subscription>/<group>/<load balancer>`.",
    ),
    text(
        "SrcLocalNetworkGateway",
        Inventory,
        "Local network gateway of the source's site, `<subscription>/<group>/<gateway>`.",
    ),
    text(
        "SrcNetworkGroups",
        Inventory,
        "Network groups that the source's virtual network or subnet is in, \
         `<subscription>/<group>/<manager>/<network group>`, apart by a space.",
    ),
    text("SrcNic", Inventory, "Network interface of the source, `<group>/<nic>`."),
    text("SrcPorts", Raw, "Source ports, apart by a bar; blank unless the workspace is set to keep them."),
    text("SrcPublicIps", Raw, "Public source addresses and their counters, in the form of `DestPublicIps`.")
        .counting(Mixed),
    text("SrcRegion", Inventory, "Azure region of the source's resource, lower case without spaces."),
    text("SrcServiceId", Blank, "Service id of the source; blank."),
    text("SrcServiceName", Address, "Name of the service that owns the source address."),
    text(
        "SrcServiceTags",
        Address,
        "Service tags of the public sources, in the form of `DestServiceTags`.",
    ),
    text("SrcSubnet", Inventory, "Subnet of the source, `<group>/<vnet>/<subnet>`."),
    text("SrcSubscription", Inventory, "Subscription of the source's resource: a GUID."),
    text("SrcTenantId", Inventory, "Directory of that subscription: a GUID; blank when no export tells it."),
    text("SrcTenantName", Address, "Name of that directory."),
    text(
        "SrcVm",
        Inventory,
        "Virtual machine of the source, `<group>/<vm>`; an instance of a scale set is `<group>/<scale set>_<n>`.",
    ),
    text("Status", Run, "Outcome of a run, on rows that are not flows; blank on flow rows."),
    text("SubType", Constant, "`FlowLog` on flow rows; published queries filter on it."),
    text(
        "TargetResourceId",
        Raw,
        "Resource whose flows are logged, `<subscription>/<group>/<resource>`, lower case.",
    ),
    text("TargetResourceType", Raw, "Its type: `VirtualNetwork`, `Subnet` or `NetworkInterface`."),
    TENANT_ID,
    TIME_GENERATED,
    datetime("TimeProcessed", Run, "When the run handled the raw logs."),
    text("TrafficAnalyticsResourceId", Run, "Resource id of the analytics setting that produced the row."),
    TYPE,
];

const HIDDEN: &[Column] = &[
    long("SrcIpNumber", Derived, "`SrcIp` as a number if it is IPv4, else null."),
    long("DestIpNumber", Derived, "`DestIp` as a number if it is IPv4, else null."),
    datetime("_TimeReceived", Run, "When the row reached the store; queries may name it."),
    day("UTC day of `FlowIntervalStartTime`; the table is partitioned by it."),
];
