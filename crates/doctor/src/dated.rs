//! What is old: the inventory and the feeds.

use std::collections::BTreeMap;

use weir_answer::Columns;
use weir_intel::{FeedKind, Manifest};

use crate::asked::{Asked, HOUR_MICROS};
use crate::check::{CHECKS, Check, check};
use crate::facts::Facts;
use crate::report::{Finding, Seen, Verdict};
use crate::words::{counted, last, minute, span, table};

/// How the age of the inventory is.
pub(crate) fn inventory(asked: &Asked, facts: &Facts, seen: &Seen) -> Finding {
    let snapshots = facts.history.snapshots();
    let details = table(
        Columns::default()
            .time("Taken", snapshots.iter().rev().map(|snapshot| Some(snapshot.taken_micros)))
            .text("Snapshot", snapshots.iter().rev().map(|snapshot| &snapshot.name)),
    );
    let (verdict, summary, advice) = match (snapshots.first(), snapshots.last()) {
        (Some(first), Some(newest)) => {
            let age = seen.reference_micros - newest.taken_micros;
            let told = format!(
                "{}, the newest of {}",
                counted(snapshots.len() as u64, "snapshot"),
                minute(newest.taken_micros)
            );
            if age > asked.inventory_age_micros {
                let summary = format!("{told}: {} older than the newest flows", span(age));
                let advice = "weir topology import EXPORT or weir topology pull, then weir redecorate";
                (Verdict::Warning, summary, advice)
            } else if seen.row_count > 0 && first.taken_micros > seen.reference_micros + HOUR_MICROS {
                let summary = format!("{told}: later than all flows, which are named as if it held before");
                (Verdict::Note, summary, "")
            } else {
                (Verdict::Ok, told, "")
            }
        }
        _ => {
            let summary =
                "none: rows have addresses, and no names of machines, networks and links".to_owned();
            (
                Verdict::Warning,
                summary,
                "weir topology import EXPORT or weir topology pull, then weir redecorate",
            )
        }
    };
    finding("inventory", verdict, summary, advice.to_owned(), Vec::new(), details)
}

/// How the age of the feeds is: of each source the newest file counts.
pub(crate) fn feeds(asked: &Asked, facts: &Facts, seen: &Seen) -> Finding {
    let mut newest: BTreeMap<(FeedKind, &str), &Manifest> = BTreeMap::new();
    for file in &facts.feeds {
        let known = newest.entry((file.kind, file.source.as_str())).or_insert(file);
        if (known.as_of_micros, known.imported_micros) < (file.as_of_micros, file.imported_micros) {
            *known = file;
        }
    }
    let mut files: Vec<&Manifest> = newest.into_values().collect();
    files.sort_by_key(|file| (file.as_of_micros, file.kind));
    // An allow list is true until somebody changes it.
    let age = |file: &Manifest| seen.reference_micros - file.as_of_micros;
    let old = |file: &Manifest| file.kind != FeedKind::Allow && age(file) > asked.feeds_age_micros;
    let lacking: Vec<&str> = [FeedKind::ServiceTags, FeedKind::Geography, FeedKind::Threats]
        .into_iter()
        .filter(|kind| files.iter().all(|file| file.kind != *kind))
        .map(FeedKind::name)
        .collect();
    let count = files.iter().filter(|file| old(file)).count();
    let word = |file: &&Manifest| if old(file) { Verdict::Warning } else { Verdict::Ok }.word();
    let details = table(
        Columns::default()
            .text("Verdict", files.iter().map(word))
            .text("Kind", files.iter().map(|file| file.kind.name()))
            .text("Source", files.iter().map(|file| &file.source))
            .time("AsOf", files.iter().map(|file| Some(file.as_of_micros)))
            .text("File", files.iter().map(|file| &file.file)),
    );
    let examples = files
        .iter()
        .filter(|file| old(file))
        .map(|file| {
            let (kind, source) = (file.kind.name(), last(&file.source));
            format!("{kind} {source}, of {}: {} older", minute(file.as_of_micros), span(age(file)))
        })
        .collect();
    let none = match lacking.as_slice() {
        [] => String::new(),
        kinds => format!("no {}", kinds.join(", no ")),
    };
    let sources = counted(files.len() as u64, "source");
    let (verdict, summary, advice) = match (count, lacking.is_empty()) {
        (0, true) => (Verdict::Ok, format!("{sources}, none of them old"), ""),
        (0, false) => {
            let summary = format!("{none}: of public addresses less is known than could be");
            (Verdict::Note, summary, "weir intel import FILE or weir intel pull, then weir redecorate")
        }
        (count, _) => {
            let limit = span(asked.feeds_age_micros);
            let also = if none.is_empty() { String::new() } else { format!("; {none}") };
            let summary = format!("{count} of {sources} more than {limit} older than the newest flows{also}");
            (Verdict::Warning, summary, "weir intel import FILE or weir intel pull, then weir redecorate")
        }
    };
    finding("feeds", verdict, summary, advice.to_owned(), examples, details)
}

fn finding(
    name: &str,
    verdict: Verdict,
    summary: String,
    advice: String,
    examples: Vec<String>,
    details: weir_answer::Answer,
) -> Finding {
    // The names are those of the list.
    let check: &'static Check = check(name).unwrap_or(&CHECKS[0]);
    Finding { check, verdict, summary, examples, advice, query: String::new(), details }
}

#[cfg(test)]
mod tests {
    use weir_topology::{Fallback, History, SnapshotName};

    use super::*;
    use crate::asked::DAY_MICROS;

    const NOW: i64 = 1_780_272_000_000_000;

    fn facts(taken: &[i64], feeds: Vec<Manifest>) -> Facts {
        let name =
            |days: &i64| SnapshotName { taken_micros: NOW - days * DAY_MICROS, name: days.to_string() };
        let history = History::new(taken.iter().map(name).collect(), Fallback::Later);
        Facts { history, feeds, unknown: Vec::new() }
    }

    const SEEN: Seen = Seen { row_count: 1, reference_micros: NOW };

    #[test]
    fn an_inventory_grows_old() {
        let verdict = |taken: &[i64]| inventory(&Asked::default(), &facts(taken, Vec::new()), &SEEN).verdict;
        assert_eq!(verdict(&[]), Verdict::Warning);
        assert_eq!(verdict(&[30, 3]), Verdict::Ok);
        assert_eq!(verdict(&[30, 8]), Verdict::Warning);
        assert_eq!(verdict(&[-5]), Verdict::Note, "taken after the flows");
    }

    #[test]
    fn of_each_feed_the_newest_file_counts() {
        let file = |kind, days: i64| Manifest {
            source: "one".to_owned(),
            as_of_micros: NOW - days * DAY_MICROS,
            ..Manifest::blank(kind)
        };
        let all = |days| FeedKind::ALL.map(|kind| file(kind, days)).to_vec();
        let told = |files| feeds(&Asked::default(), &facts(&[], files), &SEEN);
        assert_eq!(told(Vec::new()).verdict, Verdict::Note);
        assert_eq!(told(all(1)).verdict, Verdict::Ok);
        let old = told(all(40));
        assert_eq!((old.verdict, old.examples.len()), (Verdict::Warning, 3), "{}", old.summary);
        assert_eq!(told([all(40), all(2)].concat()).verdict, Verdict::Ok);
        let some = told(vec![file(FeedKind::Threats, 1)]);
        assert_eq!(some.summary.split(':').next(), Some("no service-tags, no geography"));
    }
}
