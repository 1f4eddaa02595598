//! `AzureNetworkAnalytics_CL`: flows and inventory in one table, as the older generation has them.
//!
//! The suffix of a name tells its type, except that `_g` is text that holds a GUID: published queries compare such
//! columns with text.
//!
//! Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema>

use super::system::{
    BILLED_SIZE, COMPUTER, IS_BILLABLE, RESOURCE_ID, SOURCE_SYSTEM, TENANT_ID, TIME_GENERATED, TYPE,
};
use super::{boolean, datetime, real, text};
use crate::Source::{Address, Constant, Inventory, Raw, Run};
use crate::Unit::{Bytes, Flows, Mixed, Packets};
use crate::{Column, Table, TableKind, Values};

pub(super) static TABLE: Table = Table {
    name: "AzureNetworkAnalytics_CL",
    kind: TableKind::View,
    doc: "The rows of `NTANetAnalytics` (`SubType_s == 'FlowLog'`) and `NTATopologyDetails` (`SubType_s == \
          'Topology'`) under the names of the older generation. Counters are real numbers; codes are single \
          letters. Columns of the other kind of row are blank or null.",
    columns: COLUMNS,
    hidden: &[],
};

const COLUMNS: &[Column] = &[
    // Flow rows, in the order of the documented schema; some are filled on topology rows too.
    text("SubType_s", Run, "`FlowLog` or `Topology`."),
    text("FASchemaVersion_s", Constant, "Layout of a flow row: `2`."),
    datetime("TimeProcessed_t", Run, "When the run handled the raw logs, or discovered the resource."),
    datetime(
        "FlowIntervalStartTime_t",
        Run,
        "Start of the processing interval: a 10- or 60-minute boundary.",
    ),
    datetime("FlowIntervalEndTime_t", Run, "End of the processing interval, exclusive."),
    datetime(
        "FlowStartTime_t",
        Raw,
        "Time of the group's first tuple; may lie up to a minute before the interval.",
    ),
    datetime("FlowEndTime_t", Raw, "Time of the group's last tuple."),
    text(
        "FlowType_s",
        Inventory,
        "Relation of the two sides: `IntraVNet`, `InterVNet`, `S2S`, `P2S`, `AzurePublic`, `ExternalPublic`, \
         `MaliciousFlow`, `UnknownPrivate` or `Unknown`.",
    )
    .holding(Values::OneOf(super::FLOW_TYPES)),
    text("SrcIP_s", Raw, "Source address; blank where `NTANetAnalytics.SrcIp` is."),
    text("DestIP_s", Raw, "Destination address; blank where `NTANetAnalytics.DestIp` is."),
    text("VMIP_s", Raw, "Deprecated. Address of the Azure side of a flow with a public side; else blank."),
    real("DestPort_d", Raw, "Destination port, as a real number."),
    text("L4Protocol_s", Raw, "`T` for TCP or `U` for UDP.")
        .holding(Values::OneOf(&[("T", "TCP"), ("U", "UDP")])),
    text(
        "L7Protocol_s",
        Raw,
        "Registered service name of the destination port, lower case: `https`, `domain`; else `Unknown`.",
    ),
    text("FlowDirection_s", Raw, "`I` for inbound or `O` for outbound.")
        .holding(Values::OneOf(&[("I", "Inbound"), ("O", "Outbound")])),
    text("FlowStatus_s", Raw, "`A` for allowed or `D` for denied.")
        .holding(Values::OneOf(&[("A", "Allowed"), ("D", "Denied")])),
    text("NSGList_s", Raw, "Network security group, `<subscription>/<group>/<nsg>`, lower case."),
    text("NSGRules_s", Raw, "Deprecated. The rule with its count, `0|<rule>|<I or O>|<A or D>|<flows>`.")
        .counting(Flows),
    text("NSGRule_s", Raw, "Name of the rule that decided, without prefix."),
    text("NSGRuleType_s", Raw, "`UserDefined` or `Default`."),
    text(
        "MACAddress_s",
        Raw,
        "MAC address of the interface that logged the flow, or of the discovered one: upper-case pairs \
         joined by hyphens.",
    )
    .holding(Values::Mac),
    text(
        "Subscription_g",
        Inventory,
        "On flow rows deprecated: subscription of the Azure side if only one side is in Azure. On topology \
         rows the resource's subscription.",
    ),
    text("Subscription1_g", Inventory, "Subscription of the source's resource: a GUID."),
    text("Subscription2_g", Inventory, "Subscription of the destination's resource: a GUID."),
    text(
        "Region_s",
        Inventory,
        "On flow rows deprecated: region of the Azure side if only one side is in Azure. On topology rows \
         the resource's region.",
    ),
    text("Region1_s", Inventory, "Azure region of the source's resource."),
    text("Region2_s", Inventory, "Azure region of the destination's resource."),
    text("NIC_s", Inventory, "Deprecated. Network interface of the Azure side if only one side is in Azure."),
    text("NIC1_s", Inventory, "Network interface of the source, `<group>/<nic>`."),
    text("NIC2_s", Inventory, "Network interface of the destination, `<group>/<nic>`."),
    text("VM_s", Inventory, "Deprecated. Virtual machine of the Azure side if only one side is in Azure."),
    text("VM1_s", Inventory, "Virtual machine of the source, `<group>/<vm>`."),
    text("VM2_s", Inventory, "Virtual machine of the destination, `<group>/<vm>`."),
    text("Subnet_s", Inventory, "Deprecated. Subnet of the Azure side if only one side is in Azure."),
    text("Subnet1_s", Inventory, "Subnet of the source, `<group>/<vnet>/<subnet>`."),
    text("Subnet2_s", Inventory, "Subnet of the destination, `<group>/<vnet>/<subnet>`."),
    text(
        "ApplicationGateway1_s",
        Inventory,
        "Application gateway of the source, `<subscription>/<group>/<gateway>`.",
    ),
    text(
        "ApplicationGateway2_s",
        Inventory,
        "Application gateway of the destination, `<subscription>/<group>/<gateway>`.",
    ),
    text(
        "ExpressRouteCircuit1_s",
        Inventory,
        "Circuit to the source's site, `<subscription>/<group>/<circuit>`.",
    ),
    text(
        "ExpressRouteCircuit2_s",
        Inventory,
        "Circuit to the destination's site, `<subscription>/<group>/<circuit>`.",
    ),
    text(
        "ExpressRouteCircuitPeeringType_s",
        Inventory,
        "Peering of the circuit: `AzurePrivatePeering`, `AzurePublicPeering` or `MicrosoftPeering`.",
    ),
    text(
        "LoadBalancer1_s",
        Inventory,
        "Load balancer of the source, `<subscription>/<group>/<load balancer>`.",
    ),
    text(
        "LoadBalancer2_s",
        Inventory,
        "Load balancer of the destination, `<subscription>/<group>/<load balancer>`.",
    ),
    text(
        "LocalNetworkGateway1_s",
        Inventory,
        "Local network gateway of the source's site, `<subscription>/<group>/<gateway>`.",
    ),
    text(
        "LocalNetworkGateway2_s",
        Inventory,
        "Local network gateway of the destination's site, `<subscription>/<group>/<gateway>`.",
    ),
    text(
        "ConnectionType_s",
        Inventory,
        "On flow rows `VNetPeering`, `VpnGateway` or `ExpressRoute`; on topology rows the kind of connection.",
    ),
    text(
        "ConnectionName_s",
        Inventory,
        "Link that carries the flow, `<subscription>/<group>/<connection>`; for P2S the last part is \
         `<gateway>_<client address>`.",
    ),
    text("ConnectingVNets_s", Inventory, "Hub networks between the two sides, apart by a space."),
    text("Country_s", Address, "Country of the public side, two letters, lower case."),
    text("AzureRegion_s", Address, "Azure region of the public side, lower case without spaces."),
    real("AllowedInFlows_d", Raw, "Allowed flows that began in the interval, inbound.").counting(Flows),
    real("DeniedInFlows_d", Raw, "Denied flows, inbound.").counting(Flows),
    real("AllowedOutFlows_d", Raw, "Allowed flows that began in the interval, outbound.").counting(Flows),
    real("DeniedOutFlows_d", Raw, "Denied flows, outbound.").counting(Flows),
    real("FlowCount_d", Raw, "Deprecated. All flows of the row.").counting(Flows),
    real(
        "InboundPackets_d",
        Raw,
        "Packets from destination to source, whatever the direction of the flow. 0 for logs of version 1.",
    )
    .counting(Packets),
    real(
        "OutboundPackets_d",
        Raw,
        "Packets from source to destination, whatever the direction of the flow. 0 for logs of version 1.",
    )
    .counting(Packets),
    real(
        "InboundBytes_d",
        Raw,
        "Bytes from destination to source, whatever the direction of the flow. 0 for logs of version 1.",
    )
    .counting(Bytes),
    real(
        "OutboundBytes_d",
        Raw,
        "Bytes from source to destination, whatever the direction of the flow. 0 for logs of version 1.",
    )
    .counting(Bytes),
    real("CompletedFlows_d", Raw, "Flows that ended in the interval. 0 for logs of version 1.")
        .counting(Flows),
    text("PublicIPs_s", Raw, "Deprecated. The public side's addresses, in the form of `DestPublicIPs_s`.")
        .counting(Mixed),
    text(
        "SrcPublicIPs_s",
        Raw,
        "Public source addresses and their counters, in the form of `DestPublicIPs_s`.",
    )
    .counting(Mixed),
    text(
        "DestPublicIPs_s",
        Raw,
        "Public destination addresses and their counters, apart by a space, each \
         `ip|started|ended|packets out|packets in|bytes out|bytes in`; out is source to destination.",
    )
    .counting(Mixed),
    boolean(
        "IsFlowCapturedAtUDRHop_b",
        Inventory,
        "True if the logging interface is neither side of the flow but forwards it.",
    ),
    // Topology rows: what published queries use. The original never published the whole list.
    text(
        "ResourceType",
        Inventory,
        "What a topology row describes: `NetworkSecurityGroup`, `NetworkInterface` and so on.",
    ),
    text("Name_s", Inventory, "Name relative to the subscription, lower case: `<group>/<nsg>`."),
    text("SubscriptionName_s", Inventory, "Display name of the subscription."),
    text("DiscoveryRegion_s", Run, "Region for which the discovery ran; queries compare it with `Region_s`."),
    text("SchemaVersion_s", Constant, "Layout of a topology row."),
    text("Tags_s", Inventory, "Tags of the resource."),
    text("Status_s", Run, "Outcome on a status row: `Completed`, `Partial` or `Failed`."),
    text("ComponentType_s", Run, "Part that a status row speaks of: `Topology` or `Flowlog`."),
    text("PrivateIPAddresses_s", Inventory, "Private addresses of the interface, apart by a space."),
    text("PublicIPAddresses_s", Inventory, "Public addresses of the interface, apart by a space."),
    text("VirtualMachine_s", Inventory, "Virtual machine of the interface, `<group>/<vm>`."),
    text("VmssName_s", Inventory, "Scale set of the machine, `<group>/<scale set>`."),
    text("Subnetwork_s", Inventory, "Subnet of the interface, `<group>/<vnet>/<subnet>`."),
    text("VirtualSubnetwork_s", Inventory, "Subnet that the virtual network gateway sits in."),
    text("NSG_s", Inventory, "Network security group of the interface, subnet or rule, `<group>/<nsg>`."),
    boolean("IsFlowEnabled_b", Inventory, "Whether flows are logged here."),
    text(
        "FlowLogStorageAccount_s",
        Inventory,
        "Storage account that receives the flow log, `<subscription>/<group>/<account>`.",
    ),
    text("RuleType_s", Inventory, "Whether the rule is user defined or a default one."),
    text("Access_s", Inventory, "`Allow` or `Deny`: what the rule does."),
    text("Direction_s", Inventory, "`Inbound` or `Outbound`: the traffic that the rule looks at."),
    real("Priority_d", Inventory, "Priority of the rule; the smallest number decides."),
    text("Protocol_s", Inventory, "Protocol that the rule matches."),
    text("SourceAddressPrefix_s", Inventory, "Source addresses that the rule matches."),
    text("SourcePortRange_s", Inventory, "Source ports that the rule matches."),
    text("DestinationAddressPrefix_s", Inventory, "Destination addresses that the rule matches."),
    text("DestinationPortRange_s", Inventory, "Destination ports that the rule matches."),
    text("PublicFrontendIPs_s", Inventory, "Public front-end addresses, apart by a space."),
    text("GatewayType_s", Inventory, "`Vpn` or `ExpressRoute`."),
    text("VirtualNetwork1_s", Inventory, "One network of the peering or connection."),
    text("VirtualNetwork2_s", Inventory, "The other network of the peering or connection."),
    text("VirtualNetworkGateway1_s", Inventory, "One gateway of the connection."),
    text("VirtualNetworkGateway2_s", Inventory, "The other gateway, if the connection joins two."),
    real("EgressBytesTransferred_d", Inventory, "Bytes that left through the connection.").counting(Bytes),
    real("IngressBytesTransferred_d", Inventory, "Bytes that arrived through the connection.")
        .counting(Bytes),
    COMPUTER,
    TIME_GENERATED,
    TYPE,
    RESOURCE_ID,
    TENANT_ID,
    SOURCE_SYSTEM,
    BILLED_SIZE,
    IS_BILLABLE,
];
