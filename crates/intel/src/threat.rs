//! What is held against an address.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The number of a threat within one [`Lookups`](crate::Lookups).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreatId(pub(crate) u32);

/// The types of threats that the table `NTAIpDetails` knows.
///
/// Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#public-ip-details-schema>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ThreatKind {
    /// A member of a network of captured machines.
    Botnet,
    /// A server from which captured machines take their orders.
    C2,
    /// Mines on the machines of others, or is where such miners report to.
    CryptoMining,
    /// An end of a network that hides who talks, such as Tor.
    DarkNet,
    /// Takes part in floods.
    DDoS,
    /// Serves pages that do harm.
    MaliciousUrl,
    /// Serves or runs programs that do harm.
    Malware,
    /// Pretends to be somebody else.
    Phishing,
    /// Relays for whoever asks.
    Proxy,
    /// Serves programs that nobody wants.
    #[serde(rename = "PUA")]
    Pua,
    /// Watched for any other reason.
    WatchList,
}

impl ThreatKind {
    /// All of them.
    pub const ALL: [ThreatKind; 11] = [
        ThreatKind::Botnet,
        ThreatKind::C2,
        ThreatKind::CryptoMining,
        ThreatKind::DarkNet,
        ThreatKind::DDoS,
        ThreatKind::MaliciousUrl,
        ThreatKind::Malware,
        ThreatKind::Phishing,
        ThreatKind::Proxy,
        ThreatKind::Pua,
        ThreatKind::WatchList,
    ];

    /// The word of the column `ThreatType`.
    pub const fn word(self) -> &'static str {
        match self {
            ThreatKind::Botnet => "Botnet",
            ThreatKind::C2 => "C2",
            ThreatKind::CryptoMining => "CryptoMining",
            ThreatKind::DarkNet => "DarkNet",
            ThreatKind::DDoS => "DDoS",
            ThreatKind::MaliciousUrl => "MaliciousUrl",
            ThreatKind::Malware => "Malware",
            ThreatKind::Phishing => "Phishing",
            ThreatKind::Proxy => "Proxy",
            ThreatKind::Pua => "PUA",
            ThreatKind::WatchList => "WatchList",
        }
    }

    /// The kind of a word of the column, in any case.
    pub fn named(word: &str) -> Option<Self> {
        ThreatKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word.trim()))
    }

    /// What the words of a feed come to: its labels, its types, the name of the feed itself. Nothing where none of them
    /// tells. Of several kinds the one that tells most is taken: what an address does, before how it came to do so.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut best: Option<usize> = None;
        for word in words {
            // One spelling: `Command-and-Control`, `command_and_control`.
            let plain: String = word
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
                .take(WORD_MAX)
                .collect();
            let plain = format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "));
            let found = WORDS.iter().position(|(part, _)| plain.contains(part));
            best = [best, found].into_iter().flatten().min();
        }
        best.map(|position| WORDS[position].1)
    }
}

/// Characters of a feed's word that are looked at.
const WORD_MAX: usize = 400;

/// Parts of the words of feeds, with a blank before and behind each word, and what they mean; the first one holds.
const WORDS: [(&str, ThreatKind); 51] = [
    (" phish", ThreatKind::Phishing),
    (" spear phish", ThreatKind::Phishing),
    (" credential harvest", ThreatKind::Phishing),
    (" cryptomin", ThreatKind::CryptoMining),
    (" crypto min", ThreatKind::CryptoMining),
    (" cryptojack", ThreatKind::CryptoMining),
    (" coinmin", ThreatKind::CryptoMining),
    (" coin min", ThreatKind::CryptoMining),
    (" miner", ThreatKind::CryptoMining),
    (" mining pool", ThreatKind::CryptoMining),
    (" ddos", ThreatKind::DDoS),
    (" denial of service", ThreatKind::DDoS),
    (" booter", ThreatKind::DDoS),
    (" c2 ", ThreatKind::C2),
    (" c2c ", ThreatKind::C2),
    (" cc ", ThreatKind::C2),
    (" c c ", ThreatKind::C2),
    (" cnc ", ThreatKind::C2),
    (" botnet cc ", ThreatKind::C2),
    (" command and control", ThreatKind::C2),
    (" command control", ThreatKind::C2),
    (" feodo", ThreatKind::C2),
    (" cobalt strike", ThreatKind::C2),
    (" botnet", ThreatKind::Botnet),
    (" bot net", ThreatKind::Botnet),
    (" bots ", ThreatKind::Botnet),
    (" mirai", ThreatKind::Botnet),
    (" tor ", ThreatKind::DarkNet),
    (" onion", ThreatKind::DarkNet),
    (" darknet", ThreatKind::DarkNet),
    (" dark net", ThreatKind::DarkNet),
    (" darkweb", ThreatKind::DarkNet),
    (" dark web", ThreatKind::DarkNet),
    (" pua ", ThreatKind::Pua),
    (" pup ", ThreatKind::Pua),
    (" adware", ThreatKind::Pua),
    (" potentially unwanted", ThreatKind::Pua),
    (" malicious url", ThreatKind::MaliciousUrl),
    (" maliciousurl", ThreatKind::MaliciousUrl),
    (" urlhaus", ThreatKind::MaliciousUrl),
    (" malware", ThreatKind::Malware),
    (" ransomware", ThreatKind::Malware),
    (" trojan", ThreatKind::Malware),
    (" remote access trojan", ThreatKind::Malware),
    (" spyware", ThreatKind::Malware),
    (" worm ", ThreatKind::Malware),
    (" stealer", ThreatKind::Malware),
    (" proxy", ThreatKind::Proxy),
    (" proxies", ThreatKind::Proxy),
    (" anonymization", ThreatKind::Proxy),
    (" watchlist", ThreatKind::WatchList),
];

/// What one indicator of a feed says. Texts that many have are shared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Threat {
    /// Its type.
    pub kind: ThreatKind,
    /// In the words of the feed; blank when there are none.
    pub description: Arc<str>,
    /// A name that leads to the address; blank when the feed tells none.
    pub dns_domain: Arc<str>,
    /// A page at the address; blank when the feed tells none.
    pub url: Arc<str>,
    /// A port at the address.
    pub port: Option<u16>,
    /// How sure the feed is: 0 to 100.
    pub confidence: Option<u8>,
    /// Since when it holds, microseconds since the Unix epoch.
    pub valid_from_micros: Option<i64>,
    /// Until when it holds, exclusive, microseconds since the Unix epoch.
    pub valid_until_micros: Option<i64>,
    /// The feed that it is of.
    pub source: Arc<str>,
}

const HOUR_MICROS: i64 = 3_600_000_000;

/// The hour that a time is in, as a time: so that what holds changes at whole hours.
pub(crate) fn hour_of(micros: i64) -> i64 {
    micros.div_euclid(HOUR_MICROS).saturating_mul(HOUR_MICROS)
}

impl Threat {
    /// From which whole hour on it holds, and until which one: an hour that it holds for a part of counts.
    pub(crate) fn hours(&self) -> (Option<i64>, Option<i64>) {
        let up = |micros: i64| hour_of(micros.saturating_add(HOUR_MICROS - 1));
        (self.valid_from_micros.map(hour_of), self.valid_until_micros.map(up))
    }

    /// Whether it holds in the hour of a time.
    pub fn holds_at(&self, micros: i64) -> bool {
        let (from, until) = self.hours();
        from.is_none_or(|from| from <= micros) && until.is_none_or(|until| micros < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_feeds_are_types() {
        for kind in ThreatKind::ALL {
            assert_eq!(ThreatKind::named(&kind.word().to_uppercase()), Some(kind));
            assert_eq!(ThreatKind::of_words([kind.word()]), Some(kind), "{}", kind.word());
        }
        for (words, kind) in [
            (&["malicious-activity", "attribution"][..], None),
            (&["https-scanning"], None),
            (&["anonymization"], Some(ThreatKind::Proxy)),
            (&["kill-chain:Command and Control"], Some(ThreatKind::C2)),
            (&["malware", "botnet_cc"], Some(ThreatKind::C2)),
            (&["tor-exit-nodes"], Some(ThreatKind::DarkNet)),
            (&["Monitor"], None),
            (&["misp-galaxy:ransomware=\"Ryuk\""], Some(ThreatKind::Malware)),
            (&["accounts"], None),
        ] {
            assert_eq!(ThreatKind::of_words(words.iter().copied()), kind, "{words:?}");
        }
    }

    #[test]
    fn validity_is_cut_to_hours() {
        let minute = HOUR_MICROS / 60;
        let threat = Threat {
            kind: ThreatKind::C2,
            description: "".into(),
            dns_domain: "".into(),
            url: "".into(),
            port: None,
            confidence: None,
            valid_from_micros: Some(HOUR_MICROS + minute),
            valid_until_micros: Some(2 * HOUR_MICROS + minute),
            source: "".into(),
        };
        for (hour, holds) in [(0, false), (1, true), (2, true), (3, false)] {
            assert_eq!(threat.holds_at(hour * HOUR_MICROS), holds, "{hour}");
        }
    }
}
