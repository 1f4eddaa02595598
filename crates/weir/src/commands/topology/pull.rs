//! `weir topology pull`

use anyhow::Context;
use weir_blob::Wanted;
use weir_pull::{Credential, Graph, QUERIES, Waits};
use weir_topology::read::{Limits, Reader};

use super::{Others, finish, import, taken};
use crate::args::{Folder, TopologyPull};
use crate::exit::Exit;
use crate::numbers::grouped;

pub fn run(folder: &Folder, args: &TopologyPull) -> anyhow::Result<Exit> {
    let taken_micros = taken(None)?;
    let mut reader = Reader::new(Limits::default(), None);
    // First, because they cost nothing: a name that is wrong is told before anything is fetched.
    if !args.paths.is_empty() {
        import::read(&weir_blob::find_wanted(&args.paths, Wanted::INVENTORIES)?, &mut reader);
    }
    let variables = std::env::vars_os();
    // What is no text is nothing that is looked for.
    let text =
        variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let credential = Credential::new(args.auth, &text.collect())?;
    let graph = Graph::new(&args.endpoint, credential, Waits::default())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    for query in &QUERIES {
        let mut pages = |query: &weir_pull::Query, number: u64, entries| {
            reader.read_entries(&format!("Resource Graph: {}, page {number}", query.what), entries);
        };
        match runtime.block_on(graph.pull(query, &args.subscriptions, &mut pages)) {
            Ok(pulled) => {
                let (entries, pages) = (grouped(pulled.entries), grouped(pulled.pages));
                eprintln!("{}: {entries} in {pages} pages", query.what);
            }
            Err(error) if query.needed => return Err(error.into()),
            Err(error) => {
                let error = anyhow::Error::from(error);
                reader.failed(&format!("Resource Graph: {}", query.what), &format!("{error:#}"));
            }
        }
    }
    drop(runtime);
    let others = if args.add { Others::Kept } else { Others::Gone };
    finish(folder, reader.finish(), taken_micros, others, args.json)
}
