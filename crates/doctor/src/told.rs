//! What the queries found, in words.

use std::collections::{BTreeMap, BTreeSet};

use weir_answer::{Answer, Columns};

use crate::asked::{Asked, HOUR_MICROS, Question};
use crate::facts::Facts;
use crate::report::{Finding, Seen, Verdict};
use crate::rows::{Row, rows};
use crate::words::{counted, grouped, last, minute, span, table};

/// Examples that a finding has at most; the details have all.
const EXAMPLES_MAX: usize = 3;
/// Rows of the type `Unknown` without a reason that is to be expected, of a hundred, beyond which it is a warning.
const UNKNOWN_PERCENT: f64 = 1.0;
/// How old the newest record may be, where logs are read as they come.
const FRESH_MICROS: i64 = 3 * HOUR_MICROS;

/// What is said of an answer.
struct Said {
    verdict: Verdict,
    summary: String,
    examples: Vec<String>,
    advice: &'static str,
}

/// The finding of an answer, without its query.
pub(crate) fn told(
    question: &Question,
    answer: Answer,
    asked: &Asked,
    facts: &Facts,
    seen: &Seen,
) -> Finding {
    let said = match question.check.name {
        "read" => read(&answer, asked, seen),
        "twice" => twice(&answer),
        "hours" => hours(&answer),
        "minutes" => minutes(&answer),
        "stopped" => stopped(&answer),
        "never" => never(&answer, facts, seen),
        "strangers" => strangers(&answer, facts),
        "formats" => formats(&answer),
        "discarded" => discarded(&answer),
        "partial" => partial(&answer),
        "unknown" => unknown(facts, seen),
        name => unreachable!("no query is called {name}"),
    };
    let details = if question.check.name == "unknown" { unknown_details(facts) } else { answer };
    let Said { verdict, summary, examples, advice } = said;
    let (check, advice) = (question.check, advice.to_owned());
    Finding { check, verdict, summary, examples, advice, query: String::new(), details }
}

/// The worst that rows say of themselves.
fn worst(answer: &Answer) -> Verdict {
    rows(answer).map(|row| Verdict::named(row.text("Verdict"))).max().unwrap_or(Verdict::Ok)
}

/// The rows that are as bad as the worst, for people.
fn examples(answer: &Answer, line: impl Fn(&Row<'_>) -> String) -> Vec<String> {
    let worst = worst(answer);
    let like_that = rows(answer).filter(|row| Verdict::named(row.text("Verdict")) == worst);
    like_that.take(EXAMPLES_MAX).map(|row| line(&row)).collect()
}

fn ok(summary: &str) -> Said {
    Said { verdict: Verdict::Ok, summary: summary.to_owned(), examples: Vec::new(), advice: "" }
}

/// What an interface is called.
fn nic(row: &Row<'_>) -> String {
    match row.text("Nic") {
        "" => row.text("MacAddress").to_owned(),
        name => format!("{name} ({})", row.text("MacAddress")),
    }
}

/// An interface, a flow log, or everything.
fn what(row: &Row<'_>) -> String {
    match row.text("What") {
        "everything" => "everything".to_owned(),
        "flow log" => format!("flow log {}", last(row.text("FlowLog"))),
        _ => format!("{} of {}", nic(row), last(row.text("FlowLog"))),
    }
}

fn read(answer: &Answer, asked: &Asked, seen: &Seen) -> Said {
    let nothing = || Said {
        verdict: Verdict::Problem,
        summary: "there are no flows of that time".to_owned(),
        examples: Vec::new(),
        advice: "weir ingest PATH, with the folder that flow logs are in",
    };
    let Some(row) = rows(answer).next() else { return nothing() };
    let (Some(first), Some(newest)) = (row.micros("First"), row.micros("Last")) else { return nothing() };
    let summary = format!(
        "{}, {}, {}, {} of {} to {}, {}",
        counted(row.count("FlowLogs"), "flow log"),
        counted(row.count("Nics"), "interface"),
        counted(row.count("Blobs"), "blob"),
        counted(row.count("Records"), "record"),
        minute(first),
        minute(newest),
        counted(seen.row_count, "row"),
    );
    let age = asked.now_micros - newest;
    if age <= FRESH_MICROS || asked.to_micros.is_some_and(|to| to <= asked.now_micros) {
        return ok(&summary);
    }
    // What was read long after it was written is an archive: nobody waits for more.
    let read_later = row.micros("Read").unwrap_or(newest) - newest;
    let (verdict, advice) = match read_later <= FRESH_MICROS {
        true => (Verdict::Warning, "see that logs are still written and that weir ingest is still run"),
        false => (Verdict::Note, ""),
    };
    Said {
        verdict,
        summary: format!("{summary}; nothing since, for {}", span(age)),
        examples: Vec::new(),
        advice,
    }
}

fn twice(answer: &Answer) -> Said {
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut nics: BTreeSet<&str> = BTreeSet::new();
    let mut surplus = 0_u64;
    for row in rows(answer) {
        kinds.entry(row.text("Kind")).or_default().insert(row.text("MacAddress"));
        nics.insert(row.text("MacAddress"));
        surplus = surplus.saturating_add(row.count("SurplusBytes"));
    }
    if nics.is_empty() {
        return ok("no interface is logged by two flow logs or security groups in one hour");
    }
    let kinds: Vec<String> =
        kinds.iter().map(|(kind, nics)| format!("{kind}: {}", grouped(nics.len() as u64))).collect();
    Said {
        verdict: worst(answer),
        summary: format!(
            "{} logged more than once ({}): sums over all rows count about {} bytes too many",
            counted(nics.len() as u64, "interface"),
            kinds.join(", "),
            grouped(surplus)
        ),
        examples: examples(answer, |row| {
            let (from, to) = (row.micros("From").unwrap_or(0), row.micros("To").unwrap_or(0));
            let logs: Vec<&str> = row.text("FlowLogs").split(' ').map(last).collect();
            let (hours, logs) = (counted(row.count("Hours"), "hour"), logs.join(" and "));
            format!("{}: {hours} from {} to {}, by {logs}", nic(row), minute(from), minute(to))
        }),
        advice: "turn one of the two logs off; of what is stored, count flows once with invoke weir_conversations()",
    }
}

/// How many rows are of a verdict, and their sum.
fn sums(answer: &Answer, verdict: Verdict, column: &str) -> (u64, f64) {
    let like_that = rows(answer).filter(|row| Verdict::named(row.text("Verdict")) == verdict);
    like_that.fold((0, 0.0), |(count, sum), row| (count + 1, sum + row.number(column)))
}

fn hours(answer: &Answer) -> Said {
    let (bad, bad_hours) = sums(answer, Verdict::Warning, "Hours");
    let (quiet, quiet_hours) = sums(answer, Verdict::Note, "Hours");
    let quietly = format!(
        "{} in {} of what logs little or not always",
        counted(quiet_hours as u64, "hour"),
        counted(quiet, "gap")
    );
    let (summary, advice) = match (bad, quiet) {
        (0, 0) => return ok("there are records in each hour between the first and the last"),
        (0, _) => (format!("{quietly}: interfaces without traffic log nothing"), ""),
        (_, 0) => (bad_gaps(bad, bad_hours), FETCH),
        _ => (format!("{}; besides {quietly}", bad_gaps(bad, bad_hours)), FETCH),
    };
    Said { verdict: worst(answer), summary, examples: examples(answer, hours_line), advice }
}

const FETCH: &str = "look for the blobs of these hours in the storage account and run weir ingest again; if there are none, \
                     see whether the machine ran";

fn bad_gaps(count: u64, hours: f64) -> String {
    format!(
        "{} without a record in {} of what logs much",
        counted(hours as u64, "hour"),
        counted(count, "gap")
    )
}

fn hours_line(row: &Row<'_>) -> String {
    let (from, to) = (row.micros("From").unwrap_or(0), row.micros("To").unwrap_or(0));
    format!("{}: {} from {} to {}", what(row), counted(row.count("Hours"), "hour"), minute(from), minute(to))
}

fn minutes(answer: &Answer) -> Said {
    let (bad, bad_minutes) = sums(answer, Verdict::Warning, "Minutes");
    let (thin, thin_minutes) = sums(answer, Verdict::Note, "Minutes");
    let thinly = format!(
        "{} in {} with fewer records than around, which may be as it should",
        counted(thin_minutes as u64, "minute"),
        counted(thin, "place")
    );
    let badly = format!(
        "{} without a record in {} of interfaces that log much",
        counted(bad_minutes as u64, "minute"),
        counted(bad, "gap")
    );
    let (summary, advice) = match (bad, thin) {
        (0, 0) => return ok("no reading ends early or begins late where records are to be expected"),
        (0, _) => (thinly, ""),
        (_, 0) => (badly, CUT),
        _ => (format!("{badly}; besides {thinly}"), CUT),
    };
    Said {
        verdict: worst(answer),
        summary,
        examples: examples(answer, |row| {
            let (from, to) = (row.micros("From").unwrap_or(0), row.micros("To").unwrap_or(0));
            let minutes = counted(row.number("Minutes") as u64, "minute");
            format!(
                "{} of {}: {minutes} from {} to {}",
                nic(row),
                last(row.text("FlowLog")),
                minute(from),
                minute(to)
            )
        }),
        advice,
    }
}

const CUT: &str = "compare the blobs of these hours with those in the storage account: one that was copied while it grew \
                   lacks its end, and weir ingest takes it up where it is copied again";

fn stopped(answer: &Answer) -> Said {
    let (bad, _) = sums(answer, Verdict::Warning, "SilentHours");
    let (quiet, _) = sums(answer, Verdict::Note, "SilentHours");
    let quietly = format!("{} of what logs little, or is no longer in the inventory", grouped(quiet));
    let (summary, advice) = match (bad, quiet) {
        (0, 0) => return ok("every flow log and interface has records of the newest hours"),
        (0, _) => (format!("{quietly}, without records of the newest hours"), ""),
        _ => (
            format!("{} that logged much and stopped; besides {quietly}", grouped(bad)),
            "see whether the flow log is still on and the machine runs, and whether all storage accounts are read",
        ),
    };
    Said {
        verdict: worst(answer),
        summary,
        examples: examples(answer, |row| {
            let hours = counted(row.number("SilentHours") as u64, "hour");
            format!("{}: since {}, {hours}", what(row), minute(row.micros("Stopped").unwrap_or(0)))
        }),
        advice,
    }
}

/// What is said where there is no inventory to compare with.
fn without_inventory() -> Said {
    Said { verdict: Verdict::Note, ..ok("cannot be told without an inventory") }
}

fn never(answer: &Answer, facts: &Facts, seen: &Seen) -> Said {
    if seen.row_count == 0 {
        return Said { verdict: Verdict::Note, ..ok("cannot be told without flows") };
    }
    if facts.history.snapshots().is_empty() {
        return without_inventory();
    }
    let mut networks: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut logged, mut unlogged) = (0, 0);
    for row in rows(answer) {
        match row.truth("FlowsAreLogged") {
            Some(true) => {
                logged += 1;
                *networks.entry(row.text("VirtualNetwork")).or_default() += 1;
            }
            _ => unlogged += 1,
        }
    }
    let elsewhere = format!("{} of machines where no flows are logged", counted(unlogged, "interface"));
    let (summary, advice) = match (logged, unlogged) {
        (0, 0) => return ok("every interface of a machine has logged flows"),
        (0, _) => (elsewhere, "turn VNet flow logs on for these networks, if they are to be seen"),
        _ => (
            format!(
                "{} of the inventory without a flow, though flows are logged there, in {}{}",
                counted(logged, "interface"),
                counted(networks.len() as u64, "network"),
                if unlogged > 0 { format!("; besides {elsewhere}") } else { String::new() }
            ),
            "see whether the storage account of the network's flow log is among the folders that are read, and whether \
             the machine runs",
        ),
    };
    Said {
        verdict: worst(answer),
        summary,
        examples: examples(answer, |row| {
            let network = last(row.text("VirtualNetwork"));
            format!("{}, machine {}, network {network}", nic(row), last(row.text("VirtualMachine")))
        }),
        advice,
    }
}

fn strangers(answer: &Answer, facts: &Facts) -> Said {
    if facts.history.snapshots().is_empty() {
        return without_inventory();
    }
    let count = rows(answer).count() as u64;
    if count == 0 {
        return ok("every interface that logs is in the inventory");
    }
    let (_, row_count) = sums(answer, Verdict::Warning, "Rows");
    Said {
        verdict: worst(answer),
        summary: format!(
            "{} that log are in no inventory, with {}",
            counted(count, "interface"),
            counted(row_count as u64, "row")
        ),
        examples: examples(answer, |row| {
            let first = minute(row.micros("First").unwrap_or(0));
            let row_count = counted(row.count("Rows"), "row");
            format!("{} of {}: {row_count} since {first}", row.text("MacAddress"), last(row.text("FlowLog")))
        }),
        advice: "import an inventory that has the machines of all subscriptions that log, then weir redecorate",
    }
}

fn formats(answer: &Answer) -> Said {
    let seen: Vec<String> = rows(answer)
        .map(|row| {
            let (format, discarded) = (row.text("Format"), row.count("RecordsDiscarded"));
            match discarded {
                0 => format!("{format}: {}", counted(row.count("Rows"), "row")),
                count => format!("{format}: {} not used", counted(count, "record")),
            }
        })
        .collect();
    if seen.is_empty() {
        return ok("none");
    }
    let verdict = worst(answer);
    Said {
        verdict,
        summary: seen.join("; "),
        examples: Vec::new(),
        advice: match verdict {
            Verdict::Problem => "a newer weir may know that version",
            Verdict::Note => "version 1 has neither bytes nor packets: VNet flow logs have them",
            _ => "",
        },
    }
}

fn discarded(answer: &Answer) -> Said {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows(answer) {
        *sums.entry(row.text("What")).or_default() += row.count("Count");
    }
    if sums.is_empty() {
        return ok("every record and tuple could be used");
    }
    let of = |what: &str| sums.get(what).copied().unwrap_or(0);
    Said {
        verdict: worst(answer),
        summary: format!(
            "{} and {} could not be used",
            counted(of("records"), "record"),
            counted(of("tuples"), "tuple")
        ),
        examples: examples(answer, |row| {
            let (reason, what, count) = (row.text("Reason"), row.text("What"), grouped(row.count("Count")));
            format!(
                "{reason}: {count} {what}, {} %, such as in {}",
                row.number("Percent"),
                row.text("Example")
            )
        }),
        advice: "weir ingest --bad-records FILE into a new data folder writes each with blob, record and byte",
    }
}

fn partial(answer: &Answer) -> Said {
    let count = rows(answer).count() as u64;
    if count == 0 {
        return ok("every blob was read to its end");
    }
    Said {
        verdict: worst(answer),
        summary: format!("{} could not be read to the end", counted(count, "blob")),
        examples: examples(answer, |row| format!("{}: {}", row.text("Blob"), row.text("Detail"))),
        advice: "copy these blobs again and run weir ingest: what was read of them is not read twice",
    }
}

fn unknown(facts: &Facts, seen: &Seen) -> Said {
    let all: u64 = facts.unknown.iter().map(|reason| reason.rows).sum();
    let Some(worst) = facts.unknown.first() else {
        return ok("every row has a flow type");
    };
    let percent = |count: u64| 100.0 * count as f64 / seen.row_count.max(1) as f64;
    // Without advice a reason is as it should be.
    let unexpected: u64 =
        facts.unknown.iter().filter(|reason| !reason.advice.is_empty()).map(|reason| reason.rows).sum();
    let much = percent(unexpected) > UNKNOWN_PERCENT;
    Said {
        verdict: if much { worst.verdict.max(Verdict::Warning) } else { worst.verdict },
        summary: format!("{}, {:.1} % of all", counted(all, "row"), percent(all)),
        examples: facts
            .unknown
            .iter()
            .map(|reason| {
                let (rows, words) = (counted(reason.rows, "row"), &reason.words);
                format!("{words}: {rows}, such as {} to {}", reason.src, reason.dest)
            })
            .collect(),
        advice: facts.unknown.iter().map(|reason| reason.advice).find(|text| !text.is_empty()).unwrap_or(""),
    }
}

/// The reasons as a table.
fn unknown_details(facts: &Facts) -> Answer {
    let all = || facts.unknown.iter();
    table(
        Columns::default()
            .text("Verdict", all().map(|reason| reason.verdict.word()))
            .text("Reason", all().map(|reason| &reason.words))
            .count("Rows", all().map(|reason| reason.rows))
            .text("SrcIp", all().map(|reason| &reason.src))
            .text("DestIp", all().map(|reason| &reason.dest))
            .text("MacAddress", all().map(|reason| &reason.mac_address))
            .time("At", all().map(|reason| Some(reason.at_micros)))
            .text("Advice", all().map(|reason| reason.advice)),
    )
}
