//! Attributes of the azurerm provider by the names of Azure Resource Manager, both without underscores.
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs>

use serde_json::{Map, Value, json};

use crate::read::parts::Association;
use crate::read::value::{as_id, dig, get, id, list, text, texts};

/// A link that is a resource of its own.
pub(super) fn association(kind: &str, a: &Value) -> Option<Association> {
    let pair = |one: &str, other: &str| Some((id(a, one)?, id(a, other)?));
    Some(match kind {
        "azurerm_subnet_network_security_group_association" => {
            let (subnet, group) = pair("subnetid", "networksecuritygroupid")?;
            Association::SubnetSecurityGroup(subnet, group)
        }
        "azurerm_subnet_route_table_association" => {
            let (subnet, table) = pair("subnetid", "routetableid")?;
            Association::SubnetRouteTable(subnet, table)
        }
        "azurerm_subnet_nat_gateway_association" => {
            let (subnet, gateway) = pair("subnetid", "natgatewayid")?;
            Association::SubnetNatGateway(subnet, gateway)
        }
        "azurerm_nat_gateway_public_ip_association" => {
            let (gateway, ip) = pair("natgatewayid", "publicipaddressid")?;
            Association::NatGatewayPublicIp(gateway, ip)
        }
        "azurerm_network_interface_security_group_association" => {
            let (interface, group) = pair("networkinterfaceid", "networksecuritygroupid")?;
            Association::InterfaceSecurityGroup(interface, group)
        }
        "azurerm_network_interface_backend_address_pool_association"
        | "azurerm_network_interface_application_gateway_backend_address_pool_association" => {
            let (interface, pool) = pair("networkinterfaceid", "backendaddresspoolid")?;
            Association::InterfacePool(interface, text(a, "ipconfigurationname").to_ascii_lowercase(), pool)
        }
        _ => return None,
    })
}

/// The attributes of a resource, all but those that every resource has; nothing for a type that is not read.
pub(super) fn resource(kind: &str, a: &Value) -> Option<Value> {
    let kind = kind.strip_prefix("azurerm_")?;
    Some(match kind {
        "virtual_network" => json!({
            "addressspace": get(a, "addressspace"),
            "subnets": list(a, "subnet").iter().map(inline_subnet).collect::<Vec<_>>(),
        }),
        "subnet" => json!({
            "addressprefixes": either(a, "addressprefixes", "addressprefix"),
            "delegations": list(a, "delegation").iter().flat_map(|d| list(d, "servicedelegation"))
                .map(|d| json!({ "servicename": text(d, "name") })).collect::<Vec<_>>(),
        }),
        "virtual_network_peering" => renamed(a, &[("remotevirtualnetworkid", "remotevirtualnetwork")]),
        "network_interface" => json!({
            "macaddress": get(a, "macaddress"),
            "virtualmachine": get(a, "virtualmachineid"),
            "enableipforwarding": either(a, "ipforwardingenabled", "enableipforwarding"),
            "ipconfigurations": configurations(a, "ipconfiguration"),
        }),
        "linux_virtual_machine" | "windows_virtual_machine" | "virtual_machine" => machine(kind, a),
        "linux_virtual_machine_scale_set" | "windows_virtual_machine_scale_set" => scale_set(a, "Uniform"),
        "orchestrated_virtual_machine_scale_set" => scale_set(a, "Flexible"),
        "network_security_group" => json!({ "securityrules": get(a, "securityrule") }),
        "network_security_rule" => a.clone(),
        "route_table" => json!({ "routes": list(a, "route").iter().map(route).collect::<Vec<_>>() }),
        "route" => route(a),
        "lb" => json!({
            "sku": get(a, "sku"),
            "frontendipconfigurations": configurations(a, "frontendipconfiguration"),
        }),
        "lb_backend_address_pool" => renamed(a, &[]),
        "lb_rule" | "lb_nat_rule" => renamed(
            a,
            &[
                ("frontendipconfigurationid", "frontendipconfiguration"),
                ("backendaddresspoolids", "backendaddresspools"),
                ("backendipconfigurationid", "backendipconfiguration"),
                ("floatingipenabled", "enablefloatingip"),
            ],
        ),
        "application_gateway" => application_gateway(a),
        "virtual_network_gateway" => json!({
            "gatewaytype": get(a, "type"),
            "sku": get(a, "sku"),
            "enablebgp": either(a, "bgpenabled", "enablebgp"),
            "ipconfigurations": configurations(a, "ipconfiguration"),
            "vpnclientconfiguration": { "vpnclientaddresspool":
                first(a, "vpnclientconfiguration").and_then(|clients| get(clients, "addressspace")) },
        }),
        "virtual_network_gateway_connection" => json!({
            "connectiontype": get(a, "type"),
            "virtualnetworkgateway1": get(a, "virtualnetworkgatewayid"),
            "virtualnetworkgateway2": get(a, "peervirtualnetworkgatewayid"),
            "localnetworkgateway2": get(a, "localnetworkgatewayid"),
            "peer": get(a, "expressroutecircuitid"),
            "routingweight": get(a, "routingweight"),
            "enablebgp": either(a, "bgpenabled", "enablebgp"),
        }),
        "local_network_gateway" => json!({
            "localnetworkaddressspace": get(a, "addressspace"),
            "gatewayipaddress": get(a, "gatewayaddress"),
            "fqdn": get(a, "gatewayfqdn"),
            "bgpsettings": first(a, "bgpsettings"),
        }),
        "express_route_circuit" => json!({
            "sku": first(a, "sku"),
            "serviceproviderprovisioningstate": get(a, "serviceproviderprovisioningstate"),
            "serviceproviderproperties": {
                "serviceprovidername": get(a, "serviceprovidername"),
                "bandwidthinmbps": get(a, "bandwidthinmbps"),
                "peeringlocation": get(a, "peeringlocation"),
            },
        }),
        "express_route_circuit_peering" => json!({
            "peeringtype": get(a, "peeringtype"),
            "peerasn": get(a, "peerasn"),
            "azureasn": get(a, "azureasn"),
            "vlanid": get(a, "vlanid"),
            "primaryazureport": get(a, "primaryazureport"),
            "secondaryazureport": get(a, "secondaryazureport"),
            "primarypeeraddressprefix": get(a, "primarypeeraddressprefix"),
            "secondarypeeraddressprefix": get(a, "secondarypeeraddressprefix"),
            "microsoftpeeringconfig": first(a, "microsoftpeeringconfig"),
        }),
        "public_ip" => json!({
            "sku": get(a, "sku"),
            "ipaddress": get(a, "ipaddress"),
            "dnssettings": { "fqdn": get(a, "fqdn") },
        }),
        "private_endpoint" => private_endpoint(a),
        "firewall" => json!({
            "sku": { "name": get(a, "skuname"), "tier": get(a, "skutier") },
            "ipconfigurations": configurations(a, "ipconfiguration"),
            "managementipconfiguration": configurations(a, "managementipconfiguration").into_iter().next(),
        }),
        "bastion_host" => json!({
            "sku": get(a, "sku"),
            "ipconfigurations": configurations(a, "ipconfiguration"),
        }),
        "nat_gateway" => json!({ "sku": { "name": get(a, "skuname") } }),
        "network_manager_network_group" => json!({}),
        "network_manager_static_member" => json!({ "resourceid": get(a, "targetvirtualnetworkid") }),
        "network_manager_admin_rule_collection" => {
            let groups = texts(a, "networkgroupids");
            let groups: Vec<Value> = groups.iter().map(|group| json!({ "networkgroupid": group })).collect();
            json!({ "appliestogroups": groups })
        }
        "network_manager_admin_rule" => {
            renamed(a, &[("action", "access"), ("source", "sources"), ("destination", "destinations")])
        }
        "network_watcher_flow_log" => flow_log(a),
        "kubernetes_cluster" => cluster(a),
        "kubernetes_cluster_node_pool" => {
            json!({ "vnetsubnetid": get(a, "vnetsubnetid"), "podsubnetid": get(a, "podsubnetid") })
        }
        "subscription" => json!({
            "id": format!("/subscriptions/{}", text(a, "subscriptionid")),
            "displayname": either(a, "subscriptionname", "displayname"),
            "tenantid": get(a, "tenantid"),
        }),
        _ => return None,
    })
}

/// The first block of a kind: Terraform writes those that occur once as lists of one.
fn first<'a>(a: &'a Value, name: &str) -> Option<&'a Value> {
    list(a, name).first()
}

fn either<'a>(a: &'a Value, name: &str, other: &str) -> Option<&'a Value> {
    get(a, name).or_else(|| get(a, other))
}

/// All attributes, some under another name.
fn renamed(a: &Value, names: &[(&str, &str)]) -> Value {
    let map: Map<String, Value> = a.as_object().cloned().unwrap_or_default();
    let rename = |(name, value): (String, Value)| {
        let other = names.iter().find(|(from, _)| *from == name).map(|(_, to)| (*to).to_owned());
        (other.unwrap_or(name), value)
    };
    Value::Object(map.into_iter().map(rename).collect())
}

fn inline_subnet(subnet: &Value) -> Value {
    json!({
        "id": get(subnet, "id"),
        "name": get(subnet, "name"),
        "addressprefixes": either(subnet, "addressprefixes", "addressprefix"),
        "networksecuritygroup": get(subnet, "securitygroup"),
        "routetable": get(subnet, "routetableid"),
    })
}

fn configurations(a: &Value, name: &str) -> Vec<Value> {
    let rename =
        |part: &Value| renamed(part, &[("subnetid", "subnet"), ("publicipaddressid", "publicipaddress")]);
    list(a, name).iter().map(rename).collect()
}

fn machine(kind: &str, a: &Value) -> Value {
    let os = match kind {
        "linux_virtual_machine" => "Linux",
        "windows_virtual_machine" => "Windows",
        _ => "",
    };
    json!({
        "hardwareprofile": { "vmsize": either(a, "size", "vmsize") },
        "storageprofile": { "osdisk": { "ostype": os } },
        "networkprofile": { "networkinterfaces": get(a, "networkinterfaceids") },
        "virtualmachinescaleset": get(a, "virtualmachinescalesetid"),
        "zones": either(a, "zone", "zones"),
    })
}

fn scale_set(a: &Value, orchestration: &str) -> Value {
    let interfaces: Vec<Value> = list(a, "networkinterface")
        .iter()
        .map(|interface| json!({ "ipconfigurations": configurations(interface, "ipconfiguration") }))
        .collect();
    json!({
        "orchestrationmode": orchestration,
        "sku": either(a, "sku", "skuname"),
        "virtualmachineprofile": { "networkprofile": { "networkinterfaceconfigurations": interfaces } },
    })
}

fn route(a: &Value) -> Value {
    renamed(a, &[("nexthopinipaddress", "nexthopipaddress")])
}

fn application_gateway(a: &Value) -> Value {
    let pools: Vec<Value> = list(a, "backendaddresspool")
        .iter()
        .map(|pool| {
            let names = texts(pool, "fqdns").into_iter().map(|name| json!({ "fqdn": name }));
            let addresses = texts(pool, "ipaddresses").into_iter().map(|ip| json!({ "ipaddress": ip }));
            let all: Vec<Value> = names.chain(addresses).collect();
            json!({ "id": get(pool, "id"), "name": get(pool, "name"), "backendaddresses": all })
        })
        .collect();
    json!({
        "sku": first(a, "sku"),
        "gatewayipconfigurations": configurations(a, "gatewayipconfiguration"),
        "frontendipconfigurations": configurations(a, "frontendipconfiguration"),
        "frontendports": get(a, "frontendport"),
        "backendaddresspools": pools,
    })
}

fn private_endpoint(a: &Value) -> Value {
    let connection = first(a, "privateserviceconnection");
    let address = connection.map(|c| text(c, "privateipaddress")).filter(|text| !text.is_empty());
    let interfaces: Vec<String> = list(a, "networkinterface").iter().filter_map(as_id).collect();
    json!({
        "subnet": get(a, "subnetid"),
        "networkinterfaces": interfaces,
        "privatelinkserviceconnections": connection.map(|connection| json!([{
            "privatelinkserviceid": get(connection, "privateconnectionresourceid"),
            "groupids": get(connection, "subresourcenames"),
        }])),
        "ipconfigurations": address.map(|address| json!([{ "privateipaddress": address }])),
    })
}

fn flow_log(a: &Value) -> Value {
    let analytics = first(a, "trafficanalytics").map(|analytics| {
        json!({
            "enabled": get(analytics, "enabled"),
            "trafficanalyticsinterval": get(analytics, "intervalinminutes"),
        })
    });
    json!({
        "targetresourceid": either(a, "targetresourceid", "networksecuritygroupid"),
        "storageid": get(a, "storageaccountid"),
        "enabled": get(a, "enabled"),
        "format": { "version": get(a, "version") },
        "flowanalyticsconfiguration": { "networkwatcherflowanalyticsconfiguration": analytics },
    })
}

fn cluster(a: &Value) -> Value {
    let network = first(a, "networkprofile");
    let pool = dig(a, &["defaultnodepool"]).and_then(|_| first(a, "defaultnodepool"));
    json!({
        "noderesourcegroup": get(a, "noderesourcegroup"),
        "networkprofile": network,
        "agentpoolprofiles": pool.map(|pool| json!([{
            "name": get(pool, "name"),
            "vnetsubnetid": get(pool, "vnetsubnetid"),
            "podsubnetid": get(pool, "podsubnetid"),
        }])),
    })
}
