//! Background machines: cells of twenty, as many as asked for.

use std::net::Ipv4Addr;

use super::company::{guid, mac, nsg};
use super::connected::NetworkGroup;
use super::edges::GUARDED_FLEET;
use super::resources::{AclIds, Company, FlowLog, Hardware, KeyOrder, Nic, Role, Subnet, Uptime, Vnet};

/// Machines of a cell, in this order.
const CELL: &[(Role, u32)] = &[(Role::FleetFront, 8), (Role::FleetApp, 8), (Role::FleetStore, 4)];
/// Machines in a full cell.
const CELL_NICS: u32 = 20;
/// Cells in one virtual network; each has a subnet of its own.
const CELLS_PER_VNET: u32 = 100;
/// Networks from 10.64.0.0/16 to 10.127.0.0/16.
const VNETS_MAX: u32 = 64;
const REGIONS: [&str; 4] = ["westeurope", "northeurope", "eastus2", "southeastasia"];

/// The largest number of background machines.
pub(crate) const FLEET_MAX: u32 = VNETS_MAX * CELLS_PER_VNET * CELL_NICS;

pub(super) fn add(company: &mut Company, nics: u32) {
    for cell in 0..nics.min(FLEET_MAX).div_ceil(CELL_NICS) {
        let second = 64 + (cell / CELLS_PER_VNET) as u8;
        let third = (cell % CELLS_PER_VNET) as u8;
        if third == 0 {
            add_vnet(company, cell / CELLS_PER_VNET, second);
        }
        let vnet = company.vnets.len() - 1;
        let subnets = &mut company.vnets[vnet].subnets;
        subnets.push(Subnet {
            name: format!("snet-cell-{third:02}"),
            prefixes: vec![format!("10.{second}.{third}.0/24")],
            nsg: Some(nsg(&format!("nsg-fleet-{second:03}-{third:02}"))),
        });
        let subnet = subnets.len() - 1;
        let roles = CELL.iter().flat_map(|&(role, count)| (0..count).map(move |_| role));
        for (place, role) in roles.enumerate().take((nics - cell * CELL_NICS) as usize) {
            let name = format!("fleet-{second:03}-{third:02}-{place:02}");
            company.nics.push(Nic {
                name: format!("nic-{name}"),
                vm: format!("vm-{name}"),
                resource_group: company.vnets[vnet].resource_group.clone(),
                role,
                vnet,
                subnet,
                address: Ipv4Addr::new(10, second, third, 4 + place as u8),
                address_six: None,
                public_address: None,
                pods: None,
                instance: None,
                forwarding: false,
                mac: mac(company.nics.len()),
                hardware: Hardware::Ready,
                uptime: Uptime::Always,
                share_percent: 100,
                cell: cell + 1,
            });
        }
    }
}

fn add_vnet(company: &mut Company, number: u32, second: u8) {
    if number == 0 {
        company.network_groups.push(NetworkGroup {
            name: GUARDED_FLEET,
            vnets: Vec::new(),
            subnets: Vec::new(),
            guarded: true,
        });
    }
    let vnet = company.vnets.len();
    for group in company.network_groups.iter_mut().filter(|group| group.name == GUARDED_FLEET) {
        group.vnets.push(vnet);
    }
    let name = format!("vnet-fleet-{:02}", number + 1);
    company.vnets.push(Vnet {
        flow_log: FlowLog {
            name: format!("{name}-flowlog"),
            guid: guid(&name),
            key_order: KeyOrder::VersionAfterTarget,
            acl_ids: AclIds::ArmId,
        },
        name,
        subscription: 0,
        resource_group: format!("rg-fleet-{:02}", number + 1),
        region: REGIONS[number as usize % REGIONS.len()],
        prefixes: vec![format!("10.{second}.0.0/16")],
        realm: 0,
        encryption: number.is_multiple_of(2),
        subnets: Vec::new(),
    });
}
