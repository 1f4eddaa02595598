//! What is looked at.

/// One thing that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Its name on the command line and in JSON.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The query that looks; blank where the tables do not tell.
    pub query: &'static str,
}

macro_rules! shipped {
    ($name:literal) => {
        include_str!(concat!("../../../queries/doctor/", $name, ".kql"))
    };
}

/// All of them, in the order of a report.
pub const CHECKS: &[Check] = &[
    Check { name: "read", title: "Logs read", query: shipped!("read") },
    Check { name: "twice", title: "Logged twice", query: shipped!("twice") },
    Check { name: "hours", title: "Missing hours", query: shipped!("hours") },
    Check { name: "minutes", title: "Missing minutes", query: shipped!("minutes") },
    Check { name: "stopped", title: "Logs no longer", query: shipped!("stopped") },
    Check { name: "never", title: "Never logged", query: shipped!("never") },
    Check { name: "formats", title: "Formats", query: shipped!("formats") },
    Check { name: "discarded", title: "Not used", query: shipped!("discarded") },
    Check { name: "partial", title: "Not read in full", query: shipped!("partial") },
    Check { name: "unknown", title: "Flows of type Unknown", query: shipped!("unknown") },
    Check { name: "strangers", title: "Not in the inventory", query: shipped!("strangers") },
    Check { name: "inventory", title: "Inventory", query: "" },
    Check { name: "feeds", title: "Feeds", query: "" },
];

/// The one of a name.
pub(crate) fn check(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_says_what_it_is_for() {
        for check in CHECKS.iter().filter(|check| !check.query.is_empty()) {
            assert!(check.query.starts_with("// "), "{}", check.name);
            assert!(check.query.contains("declare query_parameters(since:datetime"), "{}", check.name);
        }
        assert_eq!(check("hours").map(|check| check.title), Some("Missing hours"));
    }
}
