//! `weir intel list`

use std::collections::BTreeSet;

use weir_answer::Columns;

use super::{micros, open, runtime};
use crate::args::{Folder, IntelList};
use crate::commands::show;
use crate::exit::Exit;

pub fn run(folder: &Folder, args: &IntelList) -> anyhow::Result<Exit> {
    let at = micros("--at", args.at.as_deref())?;
    let workspace = open(folder)?;
    let feeds = runtime()?.block_on(weir_table::intel::load(&workspace))?;
    let files = feeds.files();
    if files.is_empty() {
        eprintln!("there is no feed yet: weir intel import reads one");
    }
    let holding: BTreeSet<&str> =
        feeds.holding(feeds.version_at(at)).into_iter().map(|file| file.id.as_str()).collect();
    let columns = Columns::default()
        .text("Kind", files.iter().map(|file| file.kind.name()))
        .text("Source", files.iter().map(|file| &file.source))
        .time("AsOf", files.iter().map(|file| Some(file.as_of_micros)))
        .truth("Holds", files.iter().map(|file| holding.contains(file.id.as_str())))
        .text("Gives", files.iter().map(|file| file.gives.join(", ")))
        .long("Ranges", files.iter().map(|file| i64::try_from(file.entries).ok()))
        .text("Form", files.iter().map(|file| file.form.name()))
        .text("About", files.iter().map(|file| &file.about))
        .text("File", files.iter().map(|file| &file.file))
        .time("Imported", files.iter().map(|file| Some(file.imported_micros)))
        .text("Id", files.iter().map(|file| &file.id));
    show(columns, "weir intel list", args.format)?;
    Ok(Exit::Done)
}
