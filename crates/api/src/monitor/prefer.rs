//! The header `Prefer`.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/logs/api/prefer-options>

use std::time::Duration;

use axum::http::HeaderMap;

/// What a client asks for beside the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefer {
    /// How long it waits.
    pub wait: Option<Duration>,
    /// What the query took.
    pub statistics: bool,
    /// What the query renders.
    pub render: bool,
    /// The answer as Kusto's version 1, as one old client asks for it by another option.
    pub as_kusto: bool,
}

impl Prefer {
    /// Reads the header. What is not understood is left aside, as the standard has it.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut prefer = Prefer::default();
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for choice in values.flat_map(|value| value.split([',', ';'])) {
            let (name, value) = choice.split_once('=').unwrap_or((choice, ""));
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            let yes = value.eq_ignore_ascii_case("true");
            match name.as_str() {
                "wait" => prefer.wait = value.parse::<u32>().ok().map(|s| Duration::from_secs(s.into())),
                "include-statistics" => prefer.statistics = yes,
                "include-render" => prefer.render = yes,
                "ai.response-thinning" => prefer.as_kusto = value.eq_ignore_ascii_case("false"),
                _ => {}
            }
        }
        prefer
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn options_are_read() {
        let read = |value: &'static str| {
            Prefer::read(&HeaderMap::from_iter([(
                axum::http::HeaderName::from_static("prefer"),
                HeaderValue::from_static(value),
            )]))
        };
        let wanted =
            Prefer { wait: Some(Duration::from_secs(5)), statistics: true, render: true, as_kusto: false };
        assert_eq!(read("wait=5, include-statistics=true,include-render=true"), wanted);
        assert_eq!(read("wait=5,include-statistics=true, include-render=true, x=y"), wanted);
        assert_eq!(read(""), Prefer::default());
        assert_eq!(read("wait=-1,include-render=false"), Prefer::default());
        assert!(read("ai.response-thinning=false").as_kusto);
    }
}
