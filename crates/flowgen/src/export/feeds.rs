//! Feeds that know the addresses outside, below `intel`: no licensed file is needed to see what feeds do.
//!
//! - `service-tags.json`: in the form of Azure's own file
//! - `geo.csv`, `asn.csv`: countries and cities, owners
//! - `threats.csv`: what is held against the attackers

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use serde_json::json;

use crate::model::whereabouts::{AZURE, AzureBlock, BLOCKS, THREATS, octet_countries};

/// Folder of the feeds below the root.
pub(crate) const FOLDER: &str = "intel";

/// Writes the files into a folder, which is made.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("service-tags.json"), service_tags())?;
    fs::write(folder.join("geo.csv"), places())?;
    fs::write(folder.join("asn.csv"), owners())?;
    fs::write(folder.join("threats.csv"), threats())
}

/// A prefix, without what stands behind its length.
fn prefix(network: IpAddr, length: u8) -> String {
    let network = match network {
        IpAddr::V4(network) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            IpAddr::from(Ipv4Addr::from(u32::from(network) & mask))
        }
        IpAddr::V6(network) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            IpAddr::from(std::net::Ipv6Addr::from_bits(network.to_bits() & mask))
        }
    };
    format!("{network}/{length}")
}

/// Each block under its own tag, and under those that are of all regions.
fn service_tags() -> String {
    let mut tags: BTreeMap<&str, (&str, &str, Vec<String>)> = BTreeMap::new();
    let mut add = |name: &'static str, region: &'static str, service: &'static str, block: &AzureBlock| {
        tags.entry(name).or_insert((region, service, Vec::new())).2.push(prefix(block.network, block.length));
    };
    for block in &AZURE {
        add(block.tag, block.region, block.service, block);
        match block.tag.split_once('.') {
            Some(("AzureCloud", _)) => add("AzureCloud", "", "", block),
            Some((all, _)) if !block.region.is_empty() => add(all, "", block.service, block),
            _ => {}
        }
    }
    let values: Vec<serde_json::Value> = tags
        .into_iter()
        .map(|(name, (region, service, prefixes))| {
            json!({
                "name": name,
                "id": name,
                "properties": {
                    "changeNumber": 1,
                    "region": region,
                    "regionId": 0,
                    "platform": "Azure",
                    "systemService": service,
                    "addressPrefixes": prefixes,
                    "networkFeatures": ["API", "NSG", "UDR", "FW"],
                },
            })
        })
        .collect();
    format!("{:#}\n", json!({ "changeNumber": 1, "cloud": "Public", "values": values }))
}

fn places() -> String {
    let mut text = "network,country,region,city\n".to_owned();
    for (octet, country) in octet_countries() {
        let _ = writeln!(text, "{octet}.0.0.0/8,{country},,");
    }
    for block in &BLOCKS {
        let _ = writeln!(
            text,
            "{},{},{},{}",
            prefix(block.network, block.length),
            block.country,
            block.region,
            block.city
        );
    }
    text
}

fn owners() -> String {
    let mut text = "network,asn,organisation\n".to_owned();
    for block in &BLOCKS {
        let _ = writeln!(text, "{},{},\"{}\"", prefix(block.network, block.length), block.asn, block.owner);
    }
    text
}

fn threats() -> String {
    let mut text = "address,threat_type,description,dns_domain,url,port,confidence\n".to_owned();
    for threat in &THREATS {
        let _ = writeln!(
            text,
            "{},{},\"{}\",{},{},{},{}",
            threat.address,
            threat.kind,
            threat.description,
            threat.domain,
            threat.url,
            threat.port,
            threat.confidence
        );
    }
    text
}
