//! What is asked of doctor, and what it asks of the tables.

use weir_value::datetime;

use crate::check::{CHECKS, Check};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Logs of this time or later, microseconds since the Unix epoch.
    pub from_micros: Option<i64>,
    /// Logs before this time.
    pub to_micros: Option<i64>,
    /// The clock, microseconds since the Unix epoch.
    pub now_micros: i64,
    /// How much older than the newest flows an inventory may be, in microseconds.
    pub inventory_age_micros: i64,
    /// How much older than the newest flows a feed may be, in microseconds.
    pub feeds_age_micros: i64,
}

/// Microseconds of a day.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;
/// Microseconds of an hour.
pub(crate) const HOUR_MICROS: i64 = 3_600_000_000;

impl Default for Asked {
    fn default() -> Self {
        Asked {
            from_micros: None,
            to_micros: None,
            now_micros: 0,
            inventory_age_micros: 7 * DAY_MICROS,
            feeds_age_micros: 30 * DAY_MICROS,
        }
    }
}

/// A query that has to be run.
#[derive(Debug, Clone)]
pub struct Question {
    /// What it is for.
    pub check: &'static Check,
    /// Values of its parameters.
    pub parameters: Vec<(String, String)>,
}

/// The queries to run, in the order in which [`crate::report`] takes their answers.
pub fn questions(asked: &Asked) -> Vec<Question> {
    let time = |name: &str, micros: Option<i64>| {
        let ticks = micros.and_then(datetime::from_unix_micros)?;
        Some((name.to_owned(), datetime::format(ticks)))
    };
    let parameters: Vec<_> =
        time("since", asked.from_micros).into_iter().chain(time("until", asked.to_micros)).collect();
    let queries = CHECKS.iter().filter(|check| !check.query.is_empty());
    queries.map(|check| Question { check, parameters: parameters.clone() }).collect()
}

impl Question {
    /// The query with the values of its parameters in it, as it can be run anywhere.
    pub fn text(&self) -> String {
        let mut text = self.check.query.to_owned();
        for (name, value) in &self.parameters {
            let declared = format!("{name}:datetime = datetime(");
            let Some(start) = text.find(&declared).map(|start| start + declared.len()) else { continue };
            let Some(length) = text[start..].find(')') else { continue };
            text.replace_range(start..start + length, value);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_can_be_asked_anywhere() {
        let asked = Asked { from_micros: Some(1_780_272_000_000_000), ..Asked::default() };
        let questions = questions(&asked);
        let text = questions[0].text();
        assert!(text.contains("since:datetime = datetime(2026-06-01T00:00:00.0000000Z)"), "{text}");
        assert!(text.contains("until:datetime = datetime(9999-12-31)"), "{text}");
    }
}
