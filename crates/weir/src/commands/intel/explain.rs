//! `weir intel explain`

use anyhow::bail;
use weir_answer::Columns;
use weir_intel::{Around, around, decided};
use weir_table::intel::{FeedReader, content};

use super::{address, flow_type_of, lookups, micros, open, runtime};
use crate::args::{Folder, IntelExplain};
use crate::commands::show;
use crate::exit::Exit;

/// One thing that one entry says.
struct Told<'a> {
    word: &'static str,
    value: &'a str,
    decided: bool,
    why: &'a str,
    source: &'a str,
    as_of_micros: Option<i64>,
    range: String,
    place: &'a str,
    file: &'a str,
}

pub fn run(folder: &Folder, args: &IntelExplain) -> anyhow::Result<Exit> {
    let at = micros("--at", args.at.as_deref())?;
    let address = address(&args.address)?;
    let runtime = runtime()?;
    let workspace = open(folder)?;
    let mut reader = runtime.block_on(FeedReader::open(&workspace))?;
    let lookups = lookups(&runtime, &mut reader, at)?;
    let facts = lookups.look_up(address);
    let feeds = reader.feeds();
    if feeds.files().is_empty() {
        bail!("there is no feed yet: weir intel import reads one");
    }
    let mut files = Vec::new();
    for file in feeds.holding(feeds.version_at(at)) {
        let bytes = runtime.block_on(content(&workspace, file))?;
        files.push((file, around(file, &bytes, address)));
    }
    let decided = decided(&files, &lookups, address);
    let flow_type = flow_type_of(address, &facts);
    let why = match (facts.azure, facts.threat) {
        (true, Some(_)) => "in the ranges of the cloud, which go before threats",
        (true, None) => "in the ranges of the cloud",
        (false, Some(_)) => "outside of the cloud, and a threat is told of it",
        (false, None) => "by the address alone",
    };
    let mut rows = vec![Told {
        word: "flow type",
        value: flow_type.word(),
        decided: true,
        why,
        source: "",
        as_of_micros: None,
        range: String::new(),
        place: "",
        file: "",
    }];
    for ((file, entries), decided) in files.iter().zip(&decided) {
        for (entry, decided) in entries.iter().zip(decided) {
            let Around { range, place, words, .. } = entry;
            for (word, value) in words {
                // What describes a threat is decided with it.
                let of_threat = ["description", "domain", "url", "port", "confidence"].contains(word);
                let leading = match *word {
                    _ if of_threat => "threat",
                    "service" => "service tag",
                    word => word,
                };
                let is_decided = decided.words.contains(&leading);
                rows.push(Told {
                    word,
                    value,
                    decided: is_decided,
                    why: if is_decided { "" } else { or_another(&decided.not) },
                    source: &file.source,
                    as_of_micros: Some(file.as_of_micros),
                    range: range.to_string(),
                    place,
                    file: &file.id,
                });
            }
        }
    }
    // Stable: within both, in the order in which files and entries are asked.
    rows.sort_by_key(|row| !row.decided);
    let columns = Columns::default()
        .text("Word", rows.iter().map(|row| row.word))
        .text("Value", rows.iter().map(|row| row.value))
        .truth("Decided", rows.iter().map(|row| row.decided))
        .text("Source", rows.iter().map(|row| row.source))
        .text("Range", rows.iter().map(|row| &row.range))
        .text("Place", rows.iter().map(|row| row.place))
        .time("AsOf", rows.iter().map(|row| row.as_of_micros))
        .text("Why", rows.iter().map(|row| row.why))
        .text("File", rows.iter().map(|row| row.file));
    show(columns, "weir intel explain", args.format)?;
    Ok(Exit::Done)
}

fn or_another(why: &str) -> &str {
    if why.is_empty() { "another entry decided" } else { why }
}
