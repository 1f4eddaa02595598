//! The sites file: what only the owner of a network knows.

use std::io::Read;

use serde::Deserialize;

use super::Reader;
use super::finding::FindingKind;
use crate::{ClientPool, Site, SiteLink};

/// Largest sites file: it is written by hand.
const BYTES_MAX: u64 = 64 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    sites: Vec<WrittenSite>,
    #[serde(default)]
    client_pools: Vec<WrittenPool>,
}

/// A site as it is written: what cannot be left out cannot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSite {
    name: String,
    prefixes: Vec<String>,
    #[serde(default)]
    via: SiteLink,
    connection: Option<String>,
    #[serde(default)]
    virtual_networks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPool {
    name: String,
    prefixes: Vec<String>,
    gateway: Option<String>,
}

pub(super) fn read(reader: &mut Reader, bytes: impl Read) {
    let mut text = String::new();
    if let Err(error) = bytes.take(BYTES_MAX).read_to_string(&mut text) {
        return reader.damaged(&error.to_string());
    }
    let file: File = match serde_saphyr::from_str(&text) {
        Ok(file) => file,
        Err(error) => {
            let place = error.location().map(|at| format!("line {}, column {}: ", at.line(), at.column()));
            let why = error.without_snippet().to_string();
            let why = why.lines().next().unwrap_or_default();
            return reader.damaged(&format!("{}{why}", place.unwrap_or_default()));
        }
    };
    for site in file.sites {
        reader.count("site");
        let prefixes = prefixes(reader, &site.name, &site.prefixes);
        reader.parts.sites.push(Site {
            name: site.name,
            prefixes,
            via: site.via,
            connection: site.connection.as_deref().map(lower),
            virtual_networks: site.virtual_networks.iter().map(|network| lower(network)).collect(),
        });
    }
    for pool in file.client_pools {
        reader.count("client pool");
        let prefixes = prefixes(reader, &pool.name, &pool.prefixes);
        reader.parts.client_pools.push(ClientPool {
            name: pool.name,
            prefixes,
            gateway: pool.gateway.as_deref().map(lower),
        });
    }
}

fn lower(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

fn prefixes(reader: &mut Reader, name: &str, texts: &[String]) -> Vec<ipnet::IpNet> {
    if texts.is_empty() {
        reader.note(FindingKind::BadPrefix, name, "it has no prefix: no address belongs to it");
    }
    let Reader { files, findings, .. } = reader;
    let file = files.last().map_or("", String::as_str);
    let mut notes = super::Notes { findings, file, resource: name };
    super::value::prefixes(texts, &mut notes)
}
