//! The names that rows refer to, in the spelling of the tables, each kept once.

use hashbrown::HashMap;
use weir_decode::{Encryption, Generation, RecordHeader};

use crate::{RuleId, SourceId, WordId};

/// Which log a tuple comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceNames {
    /// The kind of log. Version 1 and 2 of NSG logs are one source: a blob may change from one to the other.
    pub nsg: bool,
    /// The full resource id of the flow log (of the NSG for NSG logs), lower case.
    pub log_resource_id: String,
    /// The full resource id of what the log was enabled on, lower case; blank for NSG logs.
    pub target_id: String,
    /// Twelve hex digits, upper case; as written where it is none.
    pub mac: String,
}

/// Which rule decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleNames {
    /// The list: lower-case resource id or GUID, `Unspecified` where none decided.
    pub acl_group: String,
    /// The rule, lower case, without `DefaultRule_` or `UserRule_`.
    pub acl_rule: String,
    /// Who wrote the rule.
    pub kind: RuleKind,
}

/// Who wrote a rule, as its prefix tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// `DefaultRule_`
    Default,
    /// `UserRule_`
    User,
    /// No prefix: a platform rule, a security-admin rule, or none at all.
    Untold,
}

/// Names by number.
#[derive(Debug, Clone)]
pub struct Names {
    sources: Interned<SourceNames>,
    rules: Interned<RuleNames>,
    words: Vec<String>,
}

#[derive(Debug, Clone)]
struct Interned<T> {
    items: Vec<T>,
    numbers: HashMap<T, u32, foldhash::fast::RandomState>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Interned { items: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interned<T> {
    fn number(&mut self, item: T) -> u32 {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        let number = self.items.len() as u32;
        self.items.push(item.clone());
        self.numbers.insert(item, number);
        number
    }
}

/// The words of `FlowEncryption`, in the order of the variants of [`Encryption`].
///
/// Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema>
const ENCRYPTION_WORDS: [&str; 9] = [
    "",
    "Encrypted",
    "Unencrypted",
    "Unsupported hardware",
    "Software not ready",
    "Drop due to no encryption",
    "Discovery not supported",
    "Destination on same host",
    "Fall back to no encryption",
];

impl Default for Names {
    fn default() -> Self {
        Names {
            sources: Interned::default(),
            rules: Interned::default(),
            words: ENCRYPTION_WORDS.map(str::to_owned).to_vec(),
        }
    }
}

impl Names {
    /// The source of this number.
    pub fn source(&self, id: SourceId) -> &SourceNames {
        &self.sources.items[id.0 as usize]
    }

    /// The rule of this number.
    pub fn rule(&self, id: RuleId) -> &RuleNames {
        &self.rules.items[id.0 as usize]
    }

    /// The word for encryption of this number; blank for NSG logs.
    pub fn word(&self, id: WordId) -> &str {
        &self.words[usize::from(id.0)]
    }

    /// All sources, in the order of their numbers.
    pub fn sources(&self) -> &[SourceNames] {
        &self.sources.items
    }

    /// All rules, in the order of their numbers.
    pub fn rules(&self) -> &[RuleNames] {
        &self.rules.items
    }

    /// All words for encryption, in the order of their numbers.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The number of a source.
    pub fn source_id(&mut self, source: SourceNames) -> SourceId {
        SourceId(self.sources.number(source))
    }

    /// The number of a rule.
    pub fn rule_id(&mut self, rule: RuleNames) -> RuleId {
        RuleId(self.rules.number(rule))
    }

    /// The number of a word for encryption; words beyond the 255th share the last number.
    pub fn word_id(&mut self, word: &str) -> WordId {
        let number = self.words.iter().position(|w| w == word).unwrap_or_else(|| {
            if self.words.len() < usize::from(u8::MAX) {
                self.words.push(word.to_owned());
            }
            self.words.len() - 1
        });
        WordId(number as u8)
    }

    /// The number of what a tuple says of its encryption. `words` are those of its record.
    pub fn encryption_id<S: AsRef<str>>(&mut self, encryption: Encryption, words: &[S]) -> WordId {
        let number = match encryption {
            Encryption::Untold => 0,
            Encryption::Encrypted => 1,
            Encryption::Unencrypted => 2,
            Encryption::HardwareNotSupported => 3,
            Encryption::SoftwareNotReady => 4,
            Encryption::NotAccepted => 5,
            Encryption::NotSupported => 6,
            Encryption::LocalDestination => 7,
            Encryption::Fallback => 8,
            Encryption::Word(n) => {
                return self.word_id(words.get(usize::from(n)).map_or("", AsRef::as_ref));
            }
        };
        WordId(number)
    }
}

impl SourceNames {
    /// The source of what a record says of itself. `mac` is that of the rule group, where it has one.
    pub fn new(header: &RecordHeader<'_>, mac: &str) -> Self {
        SourceNames {
            nsg: header.generation != Generation::VnetV4,
            log_resource_id: header.flow_log.to_lowercase(),
            target_id: header.target.to_lowercase(),
            mac: canonical_mac(if mac.is_empty() { &header.mac } else { mac }),
        }
    }
}

impl RuleNames {
    /// The rule as logs write it.
    pub fn new(acl: &str, rule: &str) -> Self {
        const NO_LIST: &str = "00000000-0000-0000-0000-000000000000";
        let acl_group = match acl.to_lowercase() {
            list if list.is_empty() || list == NO_LIST || list == "unspecified" => "Unspecified".to_owned(),
            list => list,
        };
        let (kind, name) = match rule.split_once('_') {
            Some(("DefaultRule", name)) => (RuleKind::Default, name),
            Some(("UserRule", name)) => (RuleKind::User, name),
            _ => (RuleKind::Untold, rule),
        };
        RuleNames { acl_group, acl_rule: name.to_lowercase(), kind }
    }
}

/// Twelve hex digits, upper case, whatever stood between them; other text as it is.
fn canonical_mac(text: &str) -> String {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':' | '.')).collect();
    if digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        digits.to_ascii_uppercase()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_lose_their_prefix_at_the_first_underscore() {
        let rule = |rule| {
            let names = RuleNames::new("/Subscriptions/X", rule);
            (names.kind, names.acl_rule)
        };
        assert_eq!(rule("DefaultRule_DenyAllInBound"), (RuleKind::Default, "denyallinbound".into()));
        assert_eq!(rule("UserRule_Allow_Web-80.1"), (RuleKind::User, "allow_web-80.1".into()));
        assert_eq!(rule("PlatformRule"), (RuleKind::Untold, "platformrule".into()));
        assert_eq!(rule("Block_HighRisk"), (RuleKind::Untold, "block_highrisk".into()));
        assert_eq!(rule("UserRule"), (RuleKind::Untold, "userrule".into()));
    }

    #[test]
    fn no_list_has_one_name() {
        for acl in ["", "unspecified", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(RuleNames::new(acl, "x").acl_group, "Unspecified");
        }
        assert_eq!(RuleNames::new("/Subscriptions/X", "x").acl_group, "/subscriptions/x");
    }

    #[test]
    fn interfaces_compare_by_their_digits() {
        for text in ["000d3a1b2c3d", "00-0D-3A-1B-2C-3D", "00:0d:3a:1b:2c:3d", "000d.3a1b.2c3d"] {
            assert_eq!(canonical_mac(text), "000D3A1B2C3D");
        }
        assert_eq!(canonical_mac("nic-7"), "nic-7");
    }
}
