//! `weir intel import`, and what it has in common with `weir intel pull`.

use std::io::{Read, Write};
use std::sync::Arc;

use anyhow::bail;
use serde_json::json;
use tokio::runtime::Runtime;
use weir_blob::{Found, Wanted};
use weir_intel::read::{BYTES_MAX, FindingKind, Findings};
use weir_intel::{Given, Manifest, Told};
use weir_table::{NewWorkspace, Workspace, intel};
use weir_value::datetime;

use super::micros;
use crate::args::{FeedOptions, Folder, IntelImport};
use crate::commands::{PROGRAM, now_micros, print};
use crate::exit::Exit;
use crate::numbers::grouped;

/// Findings of a kind that are printed; the JSON summary has more.
const FINDINGS_PRINTED: usize = 5;

pub fn run(folder: &Folder, args: &IntelImport) -> anyhow::Result<Exit> {
    let told = told(&args.how)?;
    let found = weir_blob::find_wanted(&args.paths, Wanted::FEEDS)?;
    if found.blobs.is_empty() && found.problems.is_empty() {
        bail!(
            "no file there has the name of a feed: .mmdb, .csv, .json, .txt, .lst, packed or not, or a .zip of them"
        );
    }
    let mut importer = Importer::new(folder, told)?;
    importer.read(&found)?;
    importer.finish(args.json)
}

/// What the command line says of a feed.
pub(super) fn told(how: &FeedOptions) -> anyhow::Result<Told> {
    let as_of_micros = how.as_of.as_deref().map(|text| micros("--as-of", Some(text))).transpose()?;
    let given = Given {
        columns: how.columns.iter().cloned().collect(),
        threat_kind: how.threat_type,
        lasts_days: how.lasts,
        confidence_min: how.confidence,
    };
    let cloud = if how.cloud.eq_ignore_ascii_case("any") { String::new() } else { how.cloud.clone() };
    Ok(Told { kind: how.kind, source: how.source.clone(), as_of_micros, cloud, given })
}

/// Takes files and keeps those that are of use.
pub(super) struct Importer {
    runtime: Runtime,
    folder: Folder,
    /// Opened, or made, with the first file that is of use.
    workspace: Option<Workspace>,
    told: Told,
    findings: Findings,
    kept: Vec<(Manifest, bool)>,
}

impl Importer {
    pub(super) fn new(folder: &Folder, told: Told) -> anyhow::Result<Self> {
        Ok(Importer {
            runtime: super::runtime()?,
            folder: Folder { data: folder.data.clone(), workspace: folder.workspace.clone() },
            workspace: None,
            told,
            findings: Findings::default(),
            kept: Vec::new(),
        })
    }

    pub(super) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(super) fn failed(&mut self, name: &str, why: &str) {
        self.findings.note(FindingKind::DamagedFile, name, "", why);
    }

    /// Reads the files that were found, in the order of their names.
    fn read(&mut self, found: &Found) -> anyhow::Result<()> {
        for problem in &found.problems {
            self.failed(&problem.name, &problem.error.to_string());
        }
        let read_bytes = Arc::default();
        for blob in &found.blobs {
            let mut bytes = Vec::new();
            let read = blob.open(&read_bytes).map_err(anyhow::Error::from).and_then(|content| {
                content.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(anyhow::Error::from)
            });
            match read {
                Ok(_) => self.take(&blob.name.to_string(), &bytes)?,
                Err(error) => self.failed(&blob.name.to_string(), &format!("{error:#}")),
            }
        }
        Ok(())
    }

    /// Keeps a file, if it is of use.
    pub(super) fn take(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let manifest = weir_intel::import(name, bytes, &self.told, now_micros(), &mut self.findings);
        let Some(manifest) = manifest else { return Ok(()) };
        let of_it = |(kept, _): &&(Manifest, bool)| {
            (kept.kind, &kept.source, kept.as_of_micros)
                == (manifest.kind, &manifest.source, manifest.as_of_micros)
        };
        if let Some((kept, _)) = self.kept.iter().find(of_it) {
            let detail = format!(
                "{} is the feed '{}' of that time, too; --source gives another name",
                kept.file, kept.source
            );
            self.findings.note(FindingKind::SameFeed, name, "", &detail);
            return Ok(());
        }
        let workspace = match &self.workspace {
            Some(workspace) => workspace,
            None => {
                let (now_micros, created_by) = (now_micros(), PROGRAM.to_owned());
                let new = NewWorkspace { now_micros, created_by, ..NewWorkspace::default() };
                let opening = Workspace::open_or_create(&self.folder.data, &self.folder.workspace, &new);
                self.workspace.insert(self.runtime.block_on(opening)?)
            }
        };
        self.kept.push(self.runtime.block_on(intel::store(workspace, manifest, bytes))?);
        Ok(())
    }

    /// Tells what came of it.
    pub(super) fn finish(self, as_json: bool) -> anyhow::Result<Exit> {
        let Importer { findings, kept, .. } = self;
        if kept.is_empty() {
            tell_findings(&findings);
            bail!("nothing of what was named could be used: nothing was kept");
        }
        print(|out| match as_json {
            true => Ok(writeln!(out, "{}", summary(&kept, &findings))?),
            false => Ok(write_summary(&kept, &findings, out)?),
        })?;
        if !as_json {
            tell_findings(&findings);
        }
        Ok(if findings.is_empty() { Exit::Done } else { Exit::Partly })
    }
}

/// The day of a time, as people write it.
pub(super) fn day(micros: i64) -> String {
    let text = datetime::from_unix_micros(micros).map(datetime::format).unwrap_or_default();
    text.get(..10).unwrap_or(&text).to_owned()
}

fn write_summary(kept: &[(Manifest, bool)], findings: &Findings, out: &mut dyn Write) -> std::io::Result<()> {
    for (file, is_new) in kept {
        let what = if *is_new { "kept" } else { "was there" };
        writeln!(out, "{what:<11}{}: {}, of {}", file.file, file.form.name(), day(file.as_of_micros))?;
        writeln!(out, "           as {} of '{}'", file.id, file.source)?;
        if !file.about.is_empty() {
            writeln!(out, "           {}", file.about)?;
        }
        writeln!(out, "           {} ranges: {}", grouped(file.entries), file.gives.join(", "))?;
        let others = [
            (file.without_address, "entries have no address, which flows do not know"),
            (file.not_meant, "entries are revoked, harmless or not sure enough"),
        ];
        for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
            writeln!(out, "           {} {what}", grouped(count))?;
        }
    }
    for kind in FindingKind::ALL.into_iter().filter(|kind| findings.count(*kind) > 0) {
        writeln!(out, "finding    {} {}", grouped(findings.count(kind)), kind.name())?;
    }
    writeln!(out, "rows of flows that were read before have it after weir redecorate")
}

/// Tells a few findings of each kind.
fn tell_findings(findings: &Findings) {
    for kind in FindingKind::ALL {
        let of_kind = findings.kept().iter().filter(|finding| finding.kind == kind);
        for finding in of_kind.take(FINDINGS_PRINTED) {
            let place = [finding.file.as_str(), &finding.place];
            let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
            eprintln!("{}: {}: {}", kind.name(), place.join(": "), finding.detail);
        }
        let more = findings.count(kind).saturating_sub(FINDINGS_PRINTED as u64);
        if more > 0 {
            eprintln!("… and {} more of '{}'; --json lists them", grouped(more), kind.name());
        }
    }
}

fn summary(kept: &[(Manifest, bool)], findings: &Findings) -> serde_json::Value {
    let files: Vec<serde_json::Value> = kept
        .iter()
        .map(|(file, is_new)| {
            json!({
                "id": file.id,
                "new": is_new,
                "kind": file.kind,
                "form": file.form,
                "source": file.source,
                "file": file.file,
                "as_of": datetime::from_unix_micros(file.as_of_micros).map(datetime::format),
                "about": file.about,
                "gives": file.gives,
                "ranges": file.entries,
                "without_address": file.without_address,
                "not_meant": file.not_meant,
            })
        })
        .collect();
    let counts: serde_json::Map<_, _> = FindingKind::ALL
        .into_iter()
        .filter(|kind| findings.count(*kind) > 0)
        .map(|kind| (json!(kind).as_str().unwrap_or_default().to_owned(), findings.count(kind).into()))
        .collect();
    json!({ "files": files, "findings": counts, "findings_listed": findings.kept() })
}
