//! Exports, in any of their forms, to one inventory.
//!
//! Every form is brought into one ([`value`]): an object in Azure Resource Manager's shape, with all names in lower case.
//! One function a type ([`extract`]) makes a typed resource of it; [`assemble`] puts together what exports tell apart;
//! [`check`] looks for contradictions. Nothing stops the reading: what cannot be used is a [`Finding`].
//!
//! ```
//! use weir_topology::read::{Limits, Reader};
//! let export = r#"{"value":[{"id":"/subscriptions/s/resourceGroups/G/providers/Microsoft.Network/routeTables/R",
//!     "location":"West Europe","properties":{"routes":[]}}]}"#;
//! let mut reader = Reader::new(Limits::default(), None);
//! reader.read("routes.json", export.as_bytes());
//! let imported = reader.finish();
//! assert_eq!(imported.inventory.route_tables[0].header.region, "westeurope");
//! ```

mod assemble;
mod check;
mod csv;
mod extract;
mod finding;
mod json;
mod parts;
mod sites;
mod template;
mod terraform;
mod value;

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read};

use encoding_rs_io::DecodeReaderBytesBuilder;
use serde_json::Value;

use crate::{Inventory, Subscription};
pub(crate) use assemble::links;
pub use finding::{Finding, FindingKind, Findings};
use parts::{Notes, Parts, Resource};

/// What the reader puts up with.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a file, unpacked.
    pub file_bytes_max: u64,
    /// Resources of all files.
    pub resources_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file_bytes_max: 16 << 30, resources_max: 20_000_000 }
    }
}

/// Where the resources of a template are deployed to: it does not tell itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Subscription.
    pub subscription: String,
    /// Resource group.
    pub resource_group: String,
}

/// Reads exports, one file after the other.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    scope: Option<Scope>,
    files: Vec<String>,
    parts: Parts,
    findings: Findings,
    resources: BTreeMap<String, u64>,
    total: u64,
}

/// What came of some exports.
#[derive(Debug, Default)]
pub struct Imported {
    /// All that was understood.
    pub inventory: Inventory,
    /// All that was found wrong.
    pub findings: Findings,
    /// Files that were read.
    pub files: u64,
    /// Entries of all files that are resources, by type; those that are not understood included.
    pub resources: BTreeMap<String, u64>,
}

impl Reader {
    /// A reader that has read nothing.
    pub fn new(limits: Limits, scope: Option<Scope>) -> Self {
        Reader {
            limits,
            scope,
            files: Vec::new(),
            parts: Parts::default(),
            findings: Findings::default(),
            resources: BTreeMap::new(),
            total: 0,
        }
    }

    /// Reads a file; its name is for findings, its content tells its form.
    pub fn read(&mut self, file: &str, bytes: impl Read) {
        self.files.push(file.to_owned());
        let limit = self.limits.file_bytes_max;
        // Windows writes UTF-16 when the output of a command is sent to a file.
        let text = DecodeReaderBytesBuilder::new()
            .utf8_passthru(true)
            .strip_bom(true)
            .build(Limited { inner: bytes, left: limit });
        let mut text = BufReader::with_capacity(1 << 16, text);
        let mut head = Vec::new();
        if let Err(error) = text.by_ref().take(HEAD_BYTES).read_to_end(&mut head) {
            return self.damaged(&error.to_string());
        }
        let form = form(file, &head);
        let bytes = Cursor::new(head).chain(text);
        match form {
            Form::Json => json::read(self, bytes),
            Form::Csv => csv::read(self, bytes),
            Form::Sites => sites::read(self, bytes),
            Form::Unknown => self.unknown("it is neither JSON nor CSV nor a sites file"),
        }
    }

    /// Reads entries of Resource Graph that came without a file; the name is for findings.
    pub fn read_entries(&mut self, name: &str, entries: impl IntoIterator<Item = Value>) {
        if self.files.last().map(String::as_str) != Some(name) {
            self.files.push(name.to_owned());
        }
        for entry in entries {
            self.entry(entry);
        }
    }

    /// Takes note of a file that could not be opened, or only in part.
    pub fn failed(&mut self, file: &str, why: &str) {
        self.files.push(file.to_owned());
        self.damaged(why);
    }

    /// Puts together what was read.
    pub fn finish(self) -> Imported {
        let Reader { files, parts, mut findings, resources, .. } = self;
        let inventory = assemble::assemble(parts, &files, &mut findings);
        check::check(&inventory, &mut findings);
        Imported { inventory, findings, files: files.len() as u64, resources }
    }

    fn file(&self) -> usize {
        self.files.len().saturating_sub(1)
    }

    fn file_name(&self) -> &str {
        self.files.last().map_or("", String::as_str)
    }

    fn note(&mut self, kind: FindingKind, resource: &str, detail: impl Into<String>) {
        let file = self.files.last().map_or("", String::as_str);
        self.findings.note(kind, file, resource, detail);
    }

    fn damaged(&mut self, why: &str) {
        self.note(FindingKind::DamagedFile, "", why);
    }

    fn unknown(&mut self, why: &str) {
        self.note(FindingKind::UnknownFile, "", why);
    }

    /// Takes an entry of an export in whatever spelling.
    fn entry(&mut self, value: Value) {
        if !value.is_object() {
            return self.note(FindingKind::NoResource, "", "an entry that is no object");
        }
        self.resource(value::canonical(value));
    }

    /// Takes an entry in the one form.
    fn resource(&mut self, body: Value) {
        if self.total >= self.limits.resources_max {
            if self.total == self.limits.resources_max {
                self.damaged("there are more resources than may be: the rest is left out");
                self.total += 1;
            }
            return;
        }
        if let Some(subscription) = subscription(&body) {
            self.count("microsoft.resources/subscriptions");
            return self.subscription(subscription);
        }
        let Some(id) = value::id(&body, "id") else {
            let names: Vec<&str> =
                body.as_object().into_iter().flatten().map(|(n, _)| n.as_str()).take(6).collect();
            let detail = format!("it has no resource id, only: {}", names.join(", "));
            return self.note(FindingKind::NoResource, &value::text(&body, "name"), detail);
        };
        let kind = match value::text(&body, "type").to_ascii_lowercase() {
            told if told.contains('/') => told,
            _ => kind_of(&id),
        };
        self.count(&kind);
        self.tenant(&id, &body);
        let resource = Resource { id, kind, body };
        let file = self.file();
        let Reader { files, parts, findings, .. } = self;
        let name = files.last().map_or("", String::as_str);
        let mut notes = Notes { findings, file: name, resource: &resource.id };
        if !extract::extract(&resource, file, parts, &mut notes) {
            findings.note_unknown_type(name, &resource.id, &resource.kind);
        }
    }

    fn count(&mut self, kind: &str) {
        self.total += 1;
        match self.resources.get_mut(kind) {
            Some(count) => *count += 1,
            None => drop(self.resources.insert(kind.to_owned(), 1)),
        }
    }

    /// Resource Graph tells the directory with every resource.
    fn tenant(&mut self, id: &str, body: &Value) {
        let Some(subscription) = id.split('/').nth(2).filter(|_| id.starts_with("/subscriptions/")) else {
            return;
        };
        let tenant = value::text(body, "tenantid").to_ascii_lowercase();
        match self.parts.subscriptions.get_mut(subscription) {
            Some(known) if known.tenant_id.is_empty() => known.tenant_id = tenant,
            Some(_) => {}
            None => self.subscription(Subscription {
                id: subscription.to_owned(),
                name: String::new(),
                tenant_id: tenant,
            }),
        }
    }

    fn subscription(&mut self, told: Subscription) {
        let known = self.parts.subscriptions.entry(told.id.clone()).or_default();
        known.id = told.id;
        if !told.name.is_empty() {
            known.name = told.name;
        }
        if !told.tenant_id.is_empty() {
            known.tenant_id = told.tenant_id;
        }
    }
}

/// The subscription that an entry is: of Resource Graph, of `az account list`, of Resource Manager.
fn subscription(body: &Value) -> Option<Subscription> {
    let told = value::text(body, "id").to_ascii_lowercase();
    let guid = match told.strip_prefix("/subscriptions/") {
        Some(guid) if !guid.is_empty() && !guid.contains('/') => guid,
        // `az account list` has the GUID alone, beside words that no other answer has.
        None if is_guid(&told) && value::get(body, "state").is_some() => told.as_str(),
        _ => return None,
    };
    let display = value::text(body, "displayname");
    Some(Subscription {
        id: guid.to_owned(),
        name: if display.is_empty() { value::text(body, "name") } else { display },
        tenant_id: value::text(body, "tenantid").to_ascii_lowercase(),
    })
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// The type that an id tells: `microsoft.network/virtualnetworks/subnets`. That of the innermost provider.
fn kind_of(id: &str) -> String {
    let rest = id.rsplit_once("/providers/").map_or("", |(_, rest)| rest);
    let mut segments = rest.split('/');
    let mut kind = segments.next().unwrap_or_default().to_owned();
    for segment in segments.step_by(2) {
        kind.push('/');
        kind.push_str(segment);
    }
    kind
}

enum Form {
    Json,
    Csv,
    Sites,
    Unknown,
}

/// Bytes by which the form of a file is told.
const HEAD_BYTES: u64 = 4_096;

/// The form of a file, by its first bytes; its ending decides between those that begin alike.
fn form(file: &str, head: &[u8]) -> Form {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) {
        return Form::Json;
    }
    let lower = file.to_ascii_lowercase();
    let ending = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if ending(&[".json", ".tfstate"]) {
        // Broken, and the reader of JSON says where.
        return Form::Json;
    }
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = lines.find(|line| *line != "---").unwrap_or_default().to_ascii_lowercase();
    if ending(&[".yaml", ".yml"]) || line.starts_with("sites:") || line.starts_with("client_pools:") {
        return Form::Sites;
    }
    let header = line.split([',', ';', '\t']).any(|cell| cell.trim_matches('"') == "id");
    if ending(&[".csv"]) || header { Form::Csv } else { Form::Unknown }
}

/// Ends with an error, not with an end, where a file is larger than may be.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| std::io::Error::other("the file is larger than may be"))?;
        Ok(count)
    }
}
