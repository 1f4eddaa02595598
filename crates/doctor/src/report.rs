//! Findings, and how bad they are.

use weir_answer::Answer;

use crate::asked::{Asked, Question};
use crate::check::{CHECKS, Check};
use crate::dated::{feeds, inventory};
use crate::facts::Facts;
use crate::rows::rows;
use crate::told::told;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing was found.
    Ok,
    /// Worth knowing; it may well be as it should be.
    Note,
    /// Figures are likely to be wrong, or words to be missing.
    Warning,
    /// Figures are wrong, or there are none.
    Problem,
}

impl Verdict {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Note => "note",
            Verdict::Warning => "warning",
            Verdict::Problem => "problem",
        }
    }

    /// The verdict of a word, as the queries write it.
    pub fn named(word: &str) -> Verdict {
        match word {
            "problem" => Verdict::Problem,
            "warning" => Verdict::Warning,
            "note" => Verdict::Note,
            _ => Verdict::Ok,
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static Check,
    /// How bad it is.
    pub verdict: Verdict,
    /// What, and how much.
    pub summary: String,
    /// The worst of it, one line each.
    pub examples: Vec<String>,
    /// What to do about it; blank where nothing is to be done.
    pub advice: String,
    /// The query that found it, as it can be run; blank where tables do not tell.
    pub query: String,
    /// Everything that was found, the worst first.
    pub details: Answer,
}

/// What came of all checks.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was asked.
    pub asked: Asked,
    /// One for each check, in their order.
    pub findings: Vec<Finding>,
}

impl Report {
    /// How bad the worst is.
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok)
    }

    /// How many findings are like that.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}

/// The findings. `answered` are the questions with their answers, in the order of [`crate::questions`].
pub fn report(asked: &Asked, answered: Vec<(Question, Answer)>, facts: &Facts) -> Report {
    let read = answered.iter().find(|(question, _)| question.check.name == "read");
    let extent = read.and_then(|(_, answer)| rows(answer).next());
    let (row_count, newest_micros) = match &extent {
        Some(row) => (row.count("Rows"), row.micros("Last")),
        None => (0, None),
    };
    // Archives are judged by the time of their flows.
    let reference_micros = newest_micros.unwrap_or(asked.now_micros);
    let seen = Seen { row_count, reference_micros };
    drop(extent);
    let mut findings: Vec<Finding> = Vec::new();
    for (question, answer) in answered {
        let mut finding = told(&question, answer, asked, facts, &seen);
        finding.query = question.text();
        findings.push(finding);
    }
    findings.push(inventory(asked, facts, &seen));
    findings.push(feeds(asked, facts, &seen));
    findings.sort_by_key(|finding| CHECKS.iter().position(|check| check.name == finding.check.name));
    Report { asked: *asked, findings }
}

/// What all checks have to know of the flows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Rows of flows.
    pub row_count: u64,
    /// The time that inventory and feeds should be of, microseconds since the Unix epoch.
    pub reference_micros: i64,
}
