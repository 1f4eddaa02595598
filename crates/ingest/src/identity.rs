//! By what a blob is known.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use weir_blob::Blob;
use weir_decode::{Limits, head};
use weir_enrich::spelling;
use weir_reduce::SourceNames;
use weir_table::rows::day_of;
use xxhash_rust::xxh3::xxh3_128;

use crate::pieces::Pieces;

/// Bytes by which a blob is known that has no record for so long.
const HEADLESS_BYTES: usize = 1 << 16;

/// What a blob's bytes say of it before its records are read. Nothing of it comes from its path: copies have
/// others.
pub(crate) struct Identity {
    /// Day of the ledger.
    pub day: i32,
    /// Blank for a blob that is known by its name alone, as long as nothing in it tells it from others.
    pub head_hash: String,
    pub flow_log: String,
    pub mac_address: String,
}

/// What copies of a blob are recognised by, as `HeadHash` of the ledger has it; blank where nothing tells it from
/// others.
pub fn head_hash(blob: &Blob, limits: Limits) -> io::Result<String> {
    let opened = blob.open(&Arc::new(AtomicU64::new(0))).map_err(io::Error::other)?;
    // What is looked at is as long as a record, at most.
    let mut pieces = Pieces::new(opened, Vec::new(), u64::MAX);
    Ok(identify(limits.record_bytes_max, &mut pieces)?.head_hash)
}

/// Reads the beginning of a blob, up to the record by which it is known.
pub(crate) fn identify(record_bytes_max: usize, pieces: &mut Pieces) -> io::Result<Identity> {
    loop {
        pieces.fill()?;
        let data = pieces.data();
        let enough = pieces.ended() || data.len() > record_bytes_max;
        if let Some(head) = head(data, enough) {
            let beginning = &data[..head.span.end];
            let hash = || format!("{:032x}{:032x}", xxh3_128(&head.meaning), xxh3_128(beginning));
            let head_hash = if head.tells { hash() } else { String::new() };
            let (mut flow_log, mut mac_address) = (String::new(), String::new());
            if let Ok(header) = &head.header {
                let source = SourceNames::new(header, "");
                flow_log = weir_topology::short_resource_id(&source.log_resource_id);
                mac_address = spelling::mac_address(&source.mac);
            }
            let day = head.time_micros.map_or(0, day_of);
            return Ok(Identity { day, head_hash, flow_log, mac_address });
        }
        if enough {
            let begins = data.get(..HEADLESS_BYTES).map(|bytes| format!("{:032x}", xxh3_128(bytes)));
            let head_hash = begins.map_or_else(String::new, |hash| format!("{hash}{hash}"));
            return Ok(Identity { day: 0, head_hash, flow_log: String::new(), mac_address: String::new() });
        }
    }
}
