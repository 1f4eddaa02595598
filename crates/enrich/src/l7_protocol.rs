//! Service names by destination port.
//!
//! Source: the IANA registry, in `data/service-names.tsv`; `data/README.md` tells how that file is made.

use std::sync::LazyLock;

/// What a port without a registered service is called.
const UNKNOWN: &str = "Unknown";

static SERVICE_NAMES: &str = include_str!("../data/service-names.tsv");
static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::parse(SERVICE_NAMES));

/// The name of the service that is registered for the destination port of a flow.
///
/// `protocol` is the IP protocol number, 6 for TCP and 17 for UDP; the registry may differ between the two.
/// Shape: lower case (`https`, `ms-wbt-server`); `Unknown` for other protocols and unlisted ports.
/// It depends on the port alone: SSH on port 443 is called `https`.
///
/// Source: <https://www.iana.org/assignments/service-names-port-numbers/>
pub fn l7_protocol(protocol: u8, dest_port: u16) -> &'static str {
    let services = match protocol {
        6 => &REGISTRY.tcp,
        17 => &REGISTRY.udp,
        _ => return UNKNOWN,
    };
    services.name(dest_port).unwrap_or(UNKNOWN)
}

#[derive(Default)]
struct Registry {
    tcp: Services,
    udp: Services,
}

/// Services of one protocol, in ascending order of ports.
///
/// Ports stand apart from names, so that a search stays within the 12 kB of the ports.
#[derive(Default)]
struct Services {
    ports: Vec<u16>,
    names: Vec<&'static str>,
}

impl Registry {
    fn parse(text: &'static str) -> Registry {
        let mut registry = Registry::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let row = Row::parse(line)
                .unwrap_or_else(|| panic!("service-names.tsv holds ports, protocols, name; found {line:?}"));
            for protocol in row.protocols.split(',') {
                match protocol {
                    "tcp" => registry.tcp.push(&row),
                    "udp" => registry.udp.push(&row),
                    other => panic!("service-names.tsv holds tcp and udp; found {other:?}"),
                }
            }
        }
        registry
    }
}

impl Services {
    fn push(&mut self, row: &Row) {
        debug_assert!(self.ports.last().is_none_or(|last| *last < row.first), "ports ascend");
        for port in row.first..=row.last {
            self.ports.push(port);
            self.names.push(row.name);
        }
    }

    fn name(&self, port: u16) -> Option<&'static str> {
        let index = self.ports.binary_search(&port).ok()?;
        Some(self.names[index])
    }
}

/// A line of the file: a port or a range of ports, its protocols, its service.
struct Row {
    first: u16,
    last: u16,
    protocols: &'static str,
    name: &'static str,
}

impl Row {
    fn parse(line: &'static str) -> Option<Row> {
        let mut fields = line.split('\t');
        let (ports, protocols, name) = (fields.next()?, fields.next()?, fields.next()?);
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        Some(Row { first: first.parse().ok()?, last: last.parse().ok()?, protocols, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ICMP: u8 = 1;
    const TCP: u8 = 6;
    const UDP: u8 = 17;

    #[test]
    fn names_seen_in_rows_of_the_original() {
        for (protocol, port, name) in [
            (TCP, 443, "https"),
            (TCP, 53, "domain"),
            (UDP, 53, "domain"),
            (TCP, 135, "epmap"),
            (TCP, 10002, "documentum"),
            (TCP, 10003, "documentum-s"),
            (TCP, 10051, "zabbix-trapper"),
            (TCP, 1010, "surf"),
            (TCP, 10162, "snmptls-trap"),
            (TCP, 109, "pop2"),
            (TCP, 6000, "x11"),
            (TCP, 22002, "optohost002"),
            (TCP, 5985, "wsman"),
        ] {
            assert_eq!(l7_protocol(protocol, port), name, "{protocol}/{port}");
        }
    }

    #[test]
    fn unknown_seen_in_rows_of_the_original() {
        for port in [10249, 10250, 10257, 1002, 8265, 9236] {
            assert_eq!(l7_protocol(TCP, port), "Unknown", "{port}");
        }
    }

    #[test]
    fn common_ports() {
        for (protocol, port, name) in [
            (TCP, 22, "ssh"),
            (TCP, 25, "smtp"),
            (TCP, 80, "http"),
            (UDP, 123, "ntp"),
            (UDP, 443, "https"),
            (TCP, 445, "microsoft-ds"),
            (UDP, 514, "syslog"),
            (TCP, 636, "ldaps"),
            (TCP, 1433, "ms-sql-s"),
            (TCP, 3389, "ms-wbt-server"),
            (TCP, 5432, "postgresql"),
            (TCP, 5986, "wsmans"),
            (TCP, 6379, "redis"),
        ] {
            assert_eq!(l7_protocol(protocol, port), name, "{protocol}/{port}");
        }
    }

    #[test]
    fn the_preferred_names_stand_for_the_first_ones() {
        assert_eq!(l7_protocol(TCP, 465), "submissions");
        assert_eq!(l7_protocol(UDP, 1701), "l2tp");
        assert_eq!(l7_protocol(TCP, 2049), "nfs");
    }

    #[test]
    fn protocols_differ_where_the_registry_does() {
        assert_eq!(l7_protocol(TCP, 514), "shell");
        assert_eq!(l7_protocol(UDP, 10162), "snmpdtls-trap");
        assert_eq!(l7_protocol(TCP, 4789), "Unknown");
        assert_eq!(l7_protocol(UDP, 4789), "vxlan");
        assert_eq!(l7_protocol(ICMP, 443), "Unknown");
    }

    #[test]
    fn ranges_have_both_ends() {
        assert_eq!(l7_protocol(TCP, 5999), "cvsup");
        assert_eq!(l7_protocol(TCP, 6063), "x11");
        assert_eq!(l7_protocol(TCP, 6064), "ndl-ahp-svc");
        assert_eq!(l7_protocol(TCP, 6669), "ircu");
    }

    #[test]
    fn ends_of_the_number_space() {
        assert_eq!(l7_protocol(TCP, 0), "Unknown");
        assert_eq!(l7_protocol(TCP, 1), "tcpmux");
        assert_eq!(l7_protocol(TCP, u16::MAX), "Unknown");
    }

    #[test]
    fn the_file_is_whole() {
        for services in [&REGISTRY.tcp, &REGISTRY.udp] {
            assert!(services.ports.len() > 5_000, "{} services", services.ports.len());
            assert_eq!(services.ports.len(), services.names.len());
            assert!(services.ports.is_sorted_by(|one, next| one < next), "a port has one service");
            for name in &services.names {
                assert!(!name.is_empty() && name.is_ascii() && !name.contains([' ', '\t']), "{name:?}");
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }
}
