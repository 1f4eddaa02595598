//! Whose the public addresses are, and where: what feeds would say of them.
//!
//! Ranges of Azure are as Microsoft publishes them around the addresses that are used. Everything else is invented, but
//! for the drop point, which is a published recipe's. Rows and the files of feeds are both made from these tables; who
//! is in which block is found by looking at one after the other.

use std::net::{IpAddr, Ipv4Addr};

use super::DROP_POINT;
use super::address::{self, as_six};
use super::outside::{FIRST_OCTETS, ip};

/// A block of the internet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) network: IpAddr,
    pub(crate) length: u8,
    /// ISO 3166-1, upper case.
    pub(crate) country: &'static str,
    pub(crate) region: &'static str,
    pub(crate) city: &'static str,
    pub(crate) asn: u32,
    pub(crate) owner: &'static str,
}

/// A block of Azure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AzureBlock {
    pub(crate) network: IpAddr,
    pub(crate) length: u8,
    /// Blank where the tag is of all regions.
    pub(crate) region: &'static str,
    pub(crate) tag: &'static str,
    /// Blank for the tags of regions.
    pub(crate) service: &'static str,
}

/// What is held against an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) address: Ipv4Addr,
    pub(crate) kind: &'static str,
    pub(crate) description: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) url: &'static str,
    pub(crate) port: &'static str,
    pub(crate) confidence: u8,
}

const fn block(
    network: Ipv4Addr,
    length: u8,
    (country, region, city): (&'static str, &'static str, &'static str),
    (asn, owner): (u32, &'static str),
) -> Block {
    Block { network: IpAddr::V4(network), length, country, region, city, asn, owner }
}

/// Blocks with a place and an owner; the smallest one holds.
pub(crate) static BLOCKS: [Block; 25] = [
    block(DROP_POINT, 32, ("NL", "North Holland", "Amsterdam"), (54_825, "packet host inc.")),
    block(ip(136, 144, 58, 0), 24, ("US", "New Jersey", "Parsippany"), (54_825, "packet host inc.")),
    block(ip(77, 160, 0, 0), 13, ("NL", "Gelderland", "Arnhem"), (64_496, "Rijnstreek Telecom")),
    block(ip(84, 80, 0, 0), 13, ("NL", "Utrecht", "Utrecht"), (64_496, "Rijnstreek Telecom")),
    block(ip(91, 32, 0, 0), 11, ("DE", "North Rhine-Westphalia", "Dortmund"), (64_497, "Westfalennetz GmbH")),
    block(ip(79, 192, 0, 0), 11, ("DE", "Bavaria", "Augsburg"), (64_498, "Lechfunk AG")),
    block(ip(90, 0, 0, 0), 11, ("FR", "Occitanie", "Toulouse"), (64_499, "Garonne Réseaux")),
    block(ip(81, 128, 0, 0), 12, ("GB", "England", "Leeds"), (64_500, "Aire Valley Broadband")),
    block(ip(109, 128, 0, 0), 14, ("BE", "Flanders", "Ghent"), (64_501, "Leienet")),
    block(ip(188, 60, 0, 0), 15, ("CH", "Bern", "Thun"), (64_502, "Oberland Kabel")),
    block(ip(203, 0, 113, 0), 25, ("MD", "Chișinău", "Chișinău"), (64_503, "Steppe Hosting")),
    block(ip(203, 0, 113, 128), 25, ("SC", "", "Victoria"), (64_504, "Coral Servers Ltd")),
    block(ip(198, 51, 100, 0), 24, ("VN", "Hà Nội", "Hanoi"), (64_505, "Red River Online")),
    block(ip(192, 0, 2, 0), 24, ("BR", "São Paulo", "Campinas"), (64_506, "Anhanguera Telecom")),
    block(ip(212, 83, 170, 0), 24, ("FR", "Île-de-France", "Vitry"), (64_507, "Seine Datacentre")),
    block(ip(185, 70, 40, 0), 24, ("CH", "Geneva", "Geneva"), (64_508, "Lac Mail SA")),
    block(ip(195, 130, 217, 0), 24, ("GB", "England", "London"), (64_509, "Tidewater Mail")),
    block(ip(140, 82, 112, 0), 20, ("US", "California", "San Francisco"), (64_510, "Forge Hosting")),
    block(ip(104, 16, 0, 0), 13, ("US", "", ""), (64_511, "Edge Delivery Inc.")),
    block(ip(151, 101, 0, 0), 16, ("US", "", ""), (65_536, "Swift Cache")),
    block(ip(185, 199, 108, 0), 22, ("US", "California", "San Francisco"), (64_510, "Forge Hosting")),
    block(ip(54, 246, 0, 0), 16, ("IE", "Leinster", "Dublin"), (65_537, "Other Cloud")),
    block(ip(195, 13, 1, 0), 24, ("NL", "Flevoland", "Almere"), (65_538, "Polder Time")),
    block(ip(162, 159, 200, 0), 24, ("US", "", ""), (64_511, "Edge Delivery Inc.")),
    Block {
        network: IpAddr::V6(address::six(address::SIX_RESOLVER)),
        length: 32,
        country: "US",
        region: "",
        city: "",
        asn: 64_511,
        owner: "Edge Delivery Inc.",
    },
];

/// Countries that stand for the first octets from which anybody comes, by turns.
const COUNTRIES: [&str; 24] = [
    "AU", "FR", "DE", "JP", "RU", "IT", "CN", "KE", "IN", "CN", "US", "TR", "KR", "ID", "TW", "BR", "AR",
    "PL", "UA", "ES", "SE", "MX", "ZA", "IR",
];

/// The country from which addresses with a first octet come, as far as no block says better.
pub(crate) fn octet_countries() -> impl Iterator<Item = (u8, &'static str)> {
    FIRST_OCTETS.iter().copied().zip(COUNTRIES.into_iter().cycle())
}

const fn azure(
    network: Ipv4Addr,
    length: u8,
    region: &'static str,
    tag: &'static str,
    service: &'static str,
) -> AzureBlock {
    AzureBlock { network: IpAddr::V4(network), length, region, tag, service }
}

const WEST: &str = "westeurope";
const NORTH: &str = "northeurope";
const STORAGE: &str = "AzureStorage";
const MONITOR: &str = "AzureMonitor";
const IDENTITY: &str = "AzureIdentity";
const ENTRA: &str = "AzureActiveDirectory.ServiceEndpoint";
const UPDATE: &str = "AzureUpdateDelivery";
const BACKUP: &str = "AzureBackup";

/// Blocks of Azure, under the most telling tag that has them; the file of tags adds those that have all of them.
pub(crate) static AZURE: [AzureBlock; 41] = [
    azure(ip(20, 60, 26, 0), 23, WEST, "Storage.WestEurope", STORAGE),
    azure(ip(20, 60, 150, 0), 23, WEST, "Storage.WestEurope", STORAGE),
    azure(ip(20, 150, 37, 0), 24, WEST, "Storage.WestEurope", STORAGE),
    azure(ip(52, 239, 140, 0), 22, WEST, "Storage.WestEurope", STORAGE),
    azure(ip(20, 38, 108, 0), 23, WEST, "Storage.WestEurope", STORAGE),
    azure(ip(20, 60, 40, 0), 23, NORTH, "Storage.NorthEurope", STORAGE),
    azure(ip(20, 150, 26, 0), 24, NORTH, "Storage.NorthEurope", STORAGE),
    azure(ip(20, 38, 102, 0), 23, NORTH, "Storage.NorthEurope", STORAGE),
    azure(ip(13, 69, 109, 224), 27, WEST, "AzureMonitor.WestEurope", MONITOR),
    azure(ip(20, 50, 88, 224), 27, WEST, "AzureMonitor.WestEurope", MONITOR),
    azure(ip(13, 69, 106, 208), 28, WEST, "AzureMonitor.WestEurope", MONITOR),
    azure(ip(4, 207, 185, 0), 24, NORTH, "AzureMonitor.NorthEurope", MONITOR),
    azure(ip(20, 190, 159, 64), 28, "", ENTRA, IDENTITY),
    azure(ip(40, 126, 31, 64), 28, "", ENTRA, IDENTITY),
    azure(ip(20, 190, 160, 16), 29, "", ENTRA, IDENTITY),
    azure(ip(40, 126, 32, 128), 28, "", ENTRA, IDENTITY),
    azure(ip(20, 54, 24, 148), 32, NORTH, "AzureUpdateDelivery.NorthEurope", UPDATE),
    azure(ip(20, 54, 25, 16), 32, NORTH, "AzureUpdateDelivery.NorthEurope", UPDATE),
    azure(ip(20, 54, 110, 119), 32, NORTH, "AzureUpdateDelivery.NorthEurope", UPDATE),
    azure(ip(13, 95, 31, 18), 32, WEST, "AzureUpdateDelivery.WestEurope", UPDATE),
    azure(ip(20, 61, 102, 128), 25, WEST, "AzureBackup.WestEurope", BACKUP),
    azure(ip(52, 236, 187, 128), 25, WEST, "AzureBackup.WestEurope", BACKUP),
    azure(ip(20, 60, 0, 0), 16, "", "Storage", STORAGE),
    azure(ip(20, 150, 0, 0), 17, "", "Storage", STORAGE),
    azure(ip(20, 190, 159, 0), 24, NORTH, "AzureCloud.northeurope", ""),
    azure(ip(40, 126, 31, 0), 24, NORTH, "AzureCloud.northeurope", ""),
    azure(ip(20, 190, 160, 0), 24, WEST, "AzureCloud.westeurope", ""),
    azure(ip(40, 126, 32, 0), 24, WEST, "AzureCloud.westeurope", ""),
    azure(ip(20, 54, 0, 0), 17, NORTH, "AzureCloud.northeurope", ""),
    azure(ip(4, 207, 0, 0), 16, NORTH, "AzureCloud.northeurope", ""),
    azure(ip(13, 69, 0, 0), 17, WEST, "AzureCloud.westeurope", ""),
    azure(ip(20, 50, 0, 0), 18, WEST, "AzureCloud.westeurope", ""),
    azure(ip(13, 95, 0, 0), 17, WEST, "AzureCloud.westeurope", ""),
    azure(ip(13, 94, 128, 0), 17, WEST, "AzureCloud.westeurope", ""),
    azure(ip(20, 61, 0, 0), 16, WEST, "AzureCloud.westeurope", ""),
    azure(ip(20, 71, 0, 0), 16, WEST, "AzureCloud.westeurope", ""),
    azure(ip(20, 101, 0, 0), 16, WEST, "AzureCloud.westeurope", ""),
    azure(ip(52, 236, 128, 0), 17, WEST, "AzureCloud.westeurope", ""),
    azure(ip(51, 145, 0, 0), 17, "uksouth", "AzureCloud.uksouth", ""),
    AzureBlock {
        network: IpAddr::V6(address::six(address::SIX_STORAGE)),
        length: 64,
        region: WEST,
        tag: "Storage.WestEurope",
        service: STORAGE,
    },
    AzureBlock {
        network: IpAddr::V6(address::six(address::SIX_STORAGE)),
        length: 47,
        region: WEST,
        tag: "AzureCloud.westeurope",
        service: "",
    },
];

const fn listed(
    address: Ipv4Addr,
    kind: &'static str,
    description: &'static str,
    (domain, url, port): (&'static str, &'static str, &'static str),
    confidence: u8,
) -> Listed {
    Listed { address, kind, description, domain, url, port, confidence }
}

const BARE: (&str, &str, &str) = ("", "", "");

/// The attackers' list: every type of threat that is documented.
pub(crate) static THREATS: [Listed; 11] = [
    listed(DROP_POINT, "C2", "Drop point of stolen files", ("drop.tillermoor.example", "", "443"), 90),
    listed(ip(203, 0, 113, 66), "Botnet", "Guesses passwords with others", BARE, 80),
    listed(
        ip(198, 51, 100, 23),
        "Malware",
        "Serves a loader",
        ("files.loader.example", "http://198.51.100.23/update.bin", "80"),
        85,
    ),
    listed(ip(203, 0, 113, 187), "WatchList", "Scans for open remote desktops", BARE, 40),
    listed(ip(192, 0, 2, 77), "Proxy", "Open relay", ("", "", "3128"), 60),
    listed(ip(203, 0, 113, 9), "DarkNet", "Exit of an anonymous network", BARE, 95),
    listed(ip(203, 0, 113, 141), "DDoS", "Takes part in floods", BARE, 70),
    listed(ip(198, 51, 100, 58), "CryptoMining", "Pool of miners", ("pool.miner.example", "", "3333"), 75),
    listed(
        ip(198, 51, 100, 201),
        "Phishing",
        "Sign-in page of somebody else",
        ("login.tillermoor-portal.example", "https://198.51.100.201/login", "443"),
        88,
    ),
    listed(
        ip(192, 0, 2, 130),
        "MaliciousUrl",
        "Page that redirects to an exploit",
        ("", "http://192.0.2.130/win", "80"),
        65,
    ),
    listed(
        ip(192, 0, 2, 219),
        "PUA",
        "Updates of a program that nobody wants",
        ("get.toolbar.example", "", ""),
        50,
    ),
];

fn holds(network: IpAddr, length: u8, address: u32) -> bool {
    match (network, as_six(address)) {
        (IpAddr::V4(network), None) => {
            let shift = 32 - u32::from(length);
            u64::from(u32::from(network)) >> shift == u64::from(address) >> shift
        }
        (IpAddr::V6(network), Some(address)) => {
            let shift = 128 - u32::from(length);
            network.to_bits() >> shift == address.to_bits() >> shift
        }
        _ => false,
    }
}

/// The country of a public address, in lower case; blank for an address that is none, and for one of Azure's.
pub(crate) fn country(address: u32) -> String {
    let around = BLOCKS.iter().filter(|block| holds(block.network, block.length, address));
    let known = around.max_by_key(|block| block.length).map(|block| block.country);
    let first = || {
        let octet = (address >> 24) as u8;
        octet_countries()
            .find(|(known, _)| *known == octet && as_six(address).is_none())
            .map(|(_, name)| name)
    };
    known.or_else(first).unwrap_or("").to_lowercase()
}

/// The region of an address of Azure; blank for any other.
pub(crate) fn azure_region(address: u32) -> &'static str {
    let around = AZURE.iter().filter(|block| holds(block.network, block.length, address));
    around
        .filter(|block| !block.region.is_empty())
        .max_by_key(|block| block.length)
        .map_or("", |block| block.region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::model::outside;

    #[test]
    fn every_address_outside_is_somewhere() {
        let mut dice = Dice::new(7);
        for _ in 0..2_000 {
            for pool in [
                &outside::CUSTOMERS,
                &outside::ANYWHERE,
                &outside::ATTACKERS,
                &outside::DROP_POINT,
                &outside::DEAD_PARTNER,
                &outside::MAIL_RELAYS,
                &outside::SAAS,
                &outside::PUBLIC_TIME,
                &outside::RESOLVER_SIX,
            ] {
                let address = pool.pick(&mut dice);
                assert_eq!(country(address).len(), 2, "{}: {}", pool.name, address::unpacked(address));
                assert_eq!(azure_region(address), "", "{}: {}", pool.name, address::unpacked(address));
            }
            for pool in [
                &outside::STORAGE,
                &outside::STORAGE_NORTH,
                &outside::AZURE_MONITOR,
                &outside::DIRECTORY,
                &outside::WINDOWS_UPDATE,
                &outside::BACKUP,
                &outside::AZURE_TIME,
                &outside::PLATFORM_PROBES,
                &outside::STORAGE_SIX,
            ] {
                let address = pool.pick(&mut dice);
                assert!(!azure_region(address).is_empty(), "{}: {}", pool.name, address::unpacked(address));
                assert_eq!(country(address), "", "{}: {}", pool.name, address::unpacked(address));
            }
        }
    }

    #[test]
    fn attackers_are_listed() {
        let mut dice = Dice::new(7);
        let listed = |address: u32| THREATS.iter().any(|threat| u32::from(threat.address) == address);
        for _ in 0..200 {
            for pool in [&outside::ATTACKERS, &outside::DROP_POINT] {
                assert!(listed(pool.pick(&mut dice)), "{}", pool.name);
            }
            for pool in [&outside::CUSTOMERS, &outside::ANYWHERE, &outside::SAAS] {
                assert!(!listed(pool.pick(&mut dice)), "{}", pool.name);
            }
        }
    }
}
