//! Files of feeds from bytes to answers.

#![allow(clippy::unwrap_used)] // what helps tests may fail as they do

mod broken;
mod forms;
mod memory;
mod samples;

use std::sync::Arc;

use weir_decode::Address;
use weir_intel::read::Findings;
use weir_intel::{AddressFacts, Lookups, Manifest, Told};

/// 2026-06-01T00:00:00Z
const NOW: i64 = 1_780_272_000_000_000;

/// Reads a file as the command would, and asks of what it finds.
struct Asked {
    manifest: Manifest,
    findings: Findings,
    lookups: Lookups,
}

fn import(name: &str, bytes: &[u8], told: &Told) -> (Option<Manifest>, Findings) {
    let mut findings = Findings::default();
    let manifest = weir_intel::import(name, bytes, told, NOW, &mut findings);
    (manifest, findings)
}

fn asked(name: &str, bytes: &[u8], told: &Told) -> Asked {
    let (manifest, findings) = import(name, bytes, told);
    let manifest = manifest.unwrap_or_else(|| panic!("{name}: {findings:?}"));
    let source = weir_intel::source(&manifest, bytes, &mut Findings::default());
    Asked { lookups: Lookups::new(&[Arc::new(source)], NOW), manifest, findings }
}

fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

impl Asked {
    fn facts(&self, ip: &str) -> AddressFacts {
        self.lookups.look_up(address(ip))
    }

    /// Country, place and owner.
    fn place(&self, ip: &str) -> [&str; 3] {
        let facts = self.facts(ip);
        [facts.country, facts.place, facts.owner].map(|word| self.lookups.text(word))
    }

    /// Type, description, domain, page and port of a threat.
    fn threat(&self, ip: &str) -> Option<(&str, &str, &str, &str, Option<u16>)> {
        let threat = self.lookups.threat(self.facts(ip).threat?);
        Some((threat.kind.word(), &threat.description, &threat.dns_domain, &threat.url, threat.port))
    }
}
