use std::collections::BTreeMap;

use serde::Serialize;

/// What may be wrong with an export, or with the networks that it tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A file ends too early, is no JSON, CSV or YAML, or is larger than may be.
    DamagedFile,
    /// A file whose content is none of the known forms.
    UnknownFile,
    /// An entry of a file that is no resource: it has no id.
    NoResource,
    /// A resource of a type that weir does not read.
    UnknownType,
    /// The same id twice, with different content; what was read last is used.
    Conflict,
    /// A prefix that is none.
    BadPrefix,
    /// An address that is none.
    BadAddress,
    /// An expression of a template that cannot be resolved.
    Unresolved,
    /// A resource is part of one that is not there, such as a subnet without its network.
    MissingParent,
    /// A resource names another of a known type that is not there.
    DanglingReference,
    /// A private address twice in one virtual network.
    DuplicateAddress,
    /// A MAC address at two interfaces.
    DuplicateMac,
    /// Prefixes of two subnets of a network overlap.
    OverlappingPrefixes,
    /// A subnet lies outside of its network's address space.
    SubnetOutside,
    /// A peering whose other end has none.
    OneSidedPeering,
    /// A network that is peered with itself.
    CircularPeering,
}

impl FindingKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [FindingKind; 16] = [
        FindingKind::DamagedFile,
        FindingKind::UnknownFile,
        FindingKind::NoResource,
        FindingKind::UnknownType,
        FindingKind::Conflict,
        FindingKind::BadPrefix,
        FindingKind::BadAddress,
        FindingKind::Unresolved,
        FindingKind::MissingParent,
        FindingKind::DanglingReference,
        FindingKind::DuplicateAddress,
        FindingKind::DuplicateMac,
        FindingKind::OverlappingPrefixes,
        FindingKind::SubnetOutside,
        FindingKind::OneSidedPeering,
        FindingKind::CircularPeering,
    ];

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::DamagedFile => "damaged file",
            FindingKind::UnknownFile => "file not understood",
            FindingKind::NoResource => "entry without a resource id",
            FindingKind::UnknownType => "resource not understood",
            FindingKind::Conflict => "same id, different content",
            FindingKind::BadPrefix => "bad prefix",
            FindingKind::BadAddress => "bad address",
            FindingKind::Unresolved => "unresolved expression",
            FindingKind::MissingParent => "missing parent",
            FindingKind::DanglingReference => "dangling reference",
            FindingKind::DuplicateAddress => "duplicate private address",
            FindingKind::DuplicateMac => "duplicate MAC address",
            FindingKind::OverlappingPrefixes => "overlapping subnets",
            FindingKind::SubnetOutside => "subnet outside its network",
            FindingKind::OneSidedPeering => "one-sided peering",
            FindingKind::CircularPeering => "circular peering",
        }
    }

    /// Whether something that was exported is not in the inventory as it was meant. The other findings are about
    /// what weir has no use for, or about the networks themselves.
    pub fn is_loss(self) -> bool {
        matches!(
            self,
            FindingKind::DamagedFile
                | FindingKind::UnknownFile
                | FindingKind::NoResource
                | FindingKind::Conflict
                | FindingKind::BadPrefix
                | FindingKind::BadAddress
                | FindingKind::Unresolved
                | FindingKind::MissingParent
        )
    }
}

/// Something that was found wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// In which file; blank where several files are at odds.
    pub file: String,
    /// At which resource; blank where a whole file is.
    pub resource: String,
    /// In which way.
    pub detail: String,
}

/// Findings of a kind that are kept in words; all are counted.
const KEPT_MAX: u64 = 1_000;

/// All that was found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    counts: BTreeMap<FindingKind, u64>,
    kept: Vec<Finding>,
    /// Resources of unknown types.
    unknown_types: BTreeMap<String, u64>,
}

impl Findings {
    /// Takes note of a finding.
    pub fn note(&mut self, kind: FindingKind, file: &str, resource: &str, detail: impl Into<String>) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= KEPT_MAX {
            let (file, resource) = (file.to_owned(), resource.to_owned());
            self.kept.push(Finding { kind, file, resource, detail: detail.into() });
        }
    }

    pub(crate) fn note_unknown_type(&mut self, file: &str, resource: &str, kind: &str) {
        self.note(FindingKind::UnknownType, file, resource, kind);
        *self.unknown_types.entry(kind.to_owned()).or_default() += 1;
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: FindingKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// How many resources there were of each type that weir does not read.
    pub fn unknown_types(&self) -> &BTreeMap<String, u64> {
        &self.unknown_types
    }

    /// The findings in words, at most a thousand of a kind, in the order in which they were made.
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// Whether something of the export was lost.
    pub fn has_losses(&self) -> bool {
        self.counts.keys().any(|kind| kind.is_loss())
    }
}
