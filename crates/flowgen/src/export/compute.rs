//! Machines, scale sets with their instances, clusters.

use std::io;

use serde_json::{Value, json};

use super::row::{nic_id, part, reference, row, scale_set_id, vm_id};
use super::{Export, Rows};
use crate::model::{Cluster, Company, Nic, guid};

pub(super) fn rows(export: &Export<'_>, rows: &mut Rows<'_>) -> io::Result<()> {
    let company = export.company;
    for (position, _) in company.scale_sets.iter().enumerate() {
        rows(scale_set(company, position))?;
    }
    for nic in &company.nics {
        rows(machine(company, nic))?;
    }
    for cluster in &company.clusters {
        rows(self::cluster(company, cluster))?;
    }
    Ok(())
}

fn machine(company: &Company, nic: &Nic) -> Value {
    let id = vm_id(company, nic);
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "vmId": guid(&id),
        "hardwareProfile": { "vmSize": "Standard_D4s_v5" },
        "storageProfile": {
            "osDisk": { "osType": "Linux", "createOption": "FromImage", "diskSizeGB": 64 },
            "dataDisks": [],
        },
        "osProfile": { "computerName": nic.vm },
        "networkProfile": {
            "networkInterfaces": [{ "id": nic_id(company, nic), "properties": { "primary": true } }],
        },
        "extended": { "instanceView": { "powerState": { "code": "PowerState/running" } } },
    });
    let set = nic.instance.map(|instance| (instance, company.scale_sets[instance.scale_set]));
    let mut made = match set {
        Some((instance, set)) if set.uniform => {
            properties["instanceId"] = json!(instance.number.to_string());
            row(
                company,
                nic.vnet,
                &id,
                json!({ "name": "Standard_D4s_v5", "tier": "Standard" }),
                json!(["1"]),
                properties,
            )
        }
        Some((instance, _)) => {
            properties["virtualMachineScaleSet"] = reference(&scale_set_id(company, instance.scale_set));
            row(company, nic.vnet, &id, Value::Null, json!(["1"]), properties)
        }
        None => row(company, nic.vnet, &id, Value::Null, Value::Null, properties),
    };
    // An instance is called after its set.
    made["name"] = json!(nic.vm);
    made
}

fn scale_set(company: &Company, position: usize) -> Value {
    let set = company.scale_sets[position];
    let id = scale_set_id(company, position);
    let instances = || {
        company.nics.iter().filter(|nic| nic.instance.is_some_and(|instance| instance.scale_set == position))
    };
    let subnet = instances().next().map(|nic| company.subnet_id(nic.vnet, nic.subnet));
    let configuration = json!({
        "name": "nic",
        "properties": {
            "primary": true,
            "enableAcceleratedNetworking": true,
            "ipConfigurations": [{
                "name": "ipconfig1",
                "properties": {
                    "primary": true,
                    "subnet": { "id": subnet },
                    "privateIPAddressVersion": "IPv4",
                },
            }],
        },
    });
    let properties = json!({
        "provisioningState": "Succeeded",
        "uniqueId": guid(&id),
        "orchestrationMode": if set.uniform { "Uniform" } else { "Flexible" },
        "singlePlacementGroup": false,
        "platformFaultDomainCount": 1,
        "virtualMachineProfile": {
            "osProfile": { "computerNamePrefix": set.name },
            "networkProfile": { "networkInterfaceConfigurations": [configuration] },
        },
    });
    let sku = json!({ "name": "Standard_D4s_v5", "tier": "Standard", "capacity": instances().count() });
    row(company, set.vnet, &id, sku, json!(["1", "2", "3"]), properties)
}

fn cluster(company: &Company, cluster: &Cluster) -> Value {
    let id = company.id(cluster.vnet, "Microsoft.ContainerService", "managedClusters", cluster.name);
    let subnet = |name: &str| company.subnet_id(cluster.vnet, company.subnet_of(cluster.vnet, name));
    let mut pool = json!({
        "name": cluster.pool,
        "count": 2,
        "vmSize": "Standard_D4s_v5",
        "osType": "Linux",
        "mode": "System",
        "type": "VirtualMachineScaleSets",
        "provisioningState": "Succeeded",
        "powerState": { "code": "Running" },
        "maxPods": 110,
        "vnetSubnetID": subnet(cluster.node_subnet),
    });
    if let Some(name) = cluster.pod_subnet {
        pool["podSubnetID"] = json!(subnet(name));
        pool["podIPAllocationMode"] = json!("StaticBlock");
    }
    let mut network = json!({
        "networkPlugin": "azure",
        "networkDataplane": "azure",
        "loadBalancerSku": "standard",
        "outboundType": "loadBalancer",
        "serviceCidr": cluster.service_prefix,
        "serviceCidrs": [cluster.service_prefix],
        "ipFamilies": ["IPv4"],
    });
    if let Some(prefix) = cluster.pod_prefix {
        network["networkPluginMode"] = json!("overlay");
        network["podCidr"] = json!(prefix);
        network["podCidrs"] = json!([prefix]);
    }
    let properties = json!({
        "provisioningState": "Succeeded",
        "powerState": { "code": "Running" },
        "kubernetesVersion": "1.33",
        "dnsPrefix": cluster.name,
        "nodeResourceGroup": cluster.node_resource_group,
        "agentPoolProfiles": [pool],
        "networkProfile": network,
    });
    row(company, cluster.vnet, &id, json!({ "name": "Base", "tier": "Standard" }), Value::Null, properties)
}

/// A part of a resource that only has to have a name.
pub(super) fn named(parent: &str, kind: &str, name: &str) -> Value {
    part(parent, kind, name, json!({ "provisioningState": "Succeeded" }))
}
