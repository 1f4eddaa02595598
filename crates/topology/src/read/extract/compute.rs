//! Virtual machines, scale sets and their instances.

use serde_json::Value;

use crate::read::parts::{Notes, Parts, Resource, parent};
use crate::read::value::*;
use crate::{Header, ScaleSet, VirtualMachine};

pub(super) fn virtual_machine(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let set = parent(&resource.id);
    let set = set.contains("/virtualmachinescalesets/").then(|| set.to_owned());
    let profile = get(body, "networkprofile").unwrap_or(body);
    let machine = VirtualMachine {
        header: sized(resource.header(), body),
        os: os(body),
        scale_set: set.or_else(|| id(body, "virtualmachinescaleset")),
        network_interfaces: ids(profile, "networkinterfaces"),
    };
    super::add(&mut parts.virtual_machines, resource, file, machine, notes);
}

pub(super) fn scale_set(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let mut subnets = Vec::new();
    let profile = dig(body, &["virtualmachineprofile", "networkprofile"]).unwrap_or(body);
    for interface in list(profile, "networkinterfaceconfigurations") {
        for configuration in list(interface, "ipconfigurations") {
            subnets.extend(id(configuration, "subnet"));
        }
    }
    subnets.sort();
    subnets.dedup();
    let set = ScaleSet { header: resource.header(), orchestration: text(body, "orchestrationmode"), subnets };
    super::add(&mut parts.scale_sets, resource, file, set, notes);
}

/// The size of a machine stands for its price class.
fn sized(mut header: Header, body: &Value) -> Header {
    if header.sku.name.is_empty() {
        header.sku.name = get(body, "hardwareprofile").map(|p| text(p, "vmsize")).unwrap_or_default();
    }
    header
}

fn os(body: &Value) -> String {
    dig(body, &["storageprofile", "osdisk"]).map(|disk| text(disk, "ostype")).unwrap_or_default()
}
