//! `weir intel pull`

use weir_pull::{FeedCredential, Feeds, Waits};

use super::import::{Importer, told};
use crate::args::{Folder, IntelPull};
use crate::exit::Exit;
use crate::numbers::{bytes, grouped};

pub fn run(folder: &Folder, args: &IntelPull) -> anyhow::Result<Exit> {
    let mut importer = Importer::new(folder, told(&args.how)?)?;
    let credential = FeedCredential::new(&|name| std::env::var(name).ok())?;
    let feeds = Feeds::new(credential, Waits::default())?;
    for url in &args.urls {
        let pulled = match args.taxii {
            true => importer.runtime().block_on(feeds.collections(url)),
            false => importer.runtime().block_on(feeds.file(url)).map(|file| vec![file]),
        };
        match pulled {
            Ok(files) => {
                for file in files {
                    let size = bytes(file.bytes.len() as u64);
                    match file.pages {
                        0 | 1 => eprintln!("{}: {size}", file.name),
                        pages => eprintln!("{}: {size} in {} pages", file.name, grouped(pages)),
                    }
                    importer.take(&file.name, &file.bytes)?;
                }
            }
            Err(error) => importer.failed(url.as_str(), &format!("{:#}", anyhow::Error::from(error))),
        }
    }
    importer.finish(args.json)
}
