//! `weir topology import`

use std::sync::Arc;

use anyhow::Context;
use weir_blob::{Found, Wanted};
use weir_topology::read::{Limits, Reader, Scope};

use super::{Others, finish, taken};
use crate::args::{Folder, TopologyImport};
use crate::exit::Exit;

pub fn run(folder: &Folder, args: &TopologyImport) -> anyhow::Result<Exit> {
    let taken_micros = taken(args.taken.as_deref())?;
    let scope = args.scope.as_deref().map(scope).transpose()?;
    let found = weir_blob::find_wanted(&args.paths, Wanted::INVENTORIES)?;
    let mut reader = Reader::new(Limits::default(), scope);
    read(&found, &mut reader);
    if found.blobs.is_empty() && found.problems.is_empty() {
        anyhow::bail!(
            "no file there has the name of an export: .json, .csv, .tfstate, .yaml, packed or not, or a .zip of them"
        );
    }
    let others = if args.add { Others::Kept } else { Others::Gone };
    finish(folder, reader.finish(), taken_micros, others, args.json)
}

/// Reads the files that were found, in the order of their names.
pub(super) fn read(found: &Found, reader: &mut Reader) {
    for problem in &found.problems {
        reader.failed(&problem.name, &problem.error.to_string());
    }
    let read_bytes = Arc::default();
    for blob in &found.blobs {
        match blob.open(&read_bytes) {
            Ok(bytes) => reader.read(&blob.name.to_string(), bytes),
            Err(error) => {
                let error = anyhow::Error::from(error);
                reader.failed(&blob.name.to_string(), &format!("{error:#}"));
            }
        }
    }
}

fn scope(text: &str) -> anyhow::Result<Scope> {
    let parts = text.trim_matches('/').split_once('/').filter(|(_, group)| !group.contains('/'));
    let (subscription, resource_group) =
        parts.with_context(|| format!("--scope: '{text}' is not SUBSCRIPTION/RESOURCE-GROUP"))?;
    Ok(Scope { subscription: subscription.to_owned(), resource_group: resource_group.to_owned() })
}
