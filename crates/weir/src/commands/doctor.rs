//! `weir doctor`

use std::io::{IsTerminal, Write};

use anyhow::{Context, bail};
use weir_answer::{Answer, Columns, Format};
use weir_doctor::{Asked, Finding, Question, Report, Verdict};
use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};
use weir_table::Workspace;
use weir_value::datetime;

use super::{INGEST_FIRST, existing, now_micros, print, show_answer};
use crate::args::{Doctor, Folder};
use crate::exit::Exit;
use crate::form::{Form, Place};
use crate::numbers::grouped;

/// Memory that each of the queries may hold.
const MEMORY_BYTES: usize = 2 << 30;

pub fn run(folder: &Folder, args: &Doctor) -> anyhow::Result<Exit> {
    let asked = asked(args)?;
    let workspace = existing(folder, INGEST_FIRST)?;
    let report = report(folder, &workspace, &asked)?;
    let exit = if report.verdict() >= Verdict::Warning { Exit::Found } else { Exit::Done };
    let wanted = |finding: &&Finding| {
        args.checks.is_empty() || args.checks.iter().any(|name| name == finding.check.name)
    };
    match args.format {
        None => print(|out| text(&report, args, &folder.workspace, wanted, out))?,
        Some(Form::Rows(Format::Json)) => {
            let findings = report.findings.iter().filter(wanted).cloned().collect();
            let shown = Report { asked, findings };
            let json = weir_doctor::json(&shown, &folder.workspace, usize::MAX);
            print(|out| Ok(writeln!(out, "{json:#}")?))?;
        }
        Some(form) => rows(form, &report, wanted, args.checks.len() == 1)?,
    }
    Ok(exit)
}

fn asked(args: &Doctor) -> anyhow::Result<Asked> {
    let time = |option: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => {
            let ticks =
                datetime::parse(text).with_context(|| format!("{option}: '{text}' is no datetime"))?;
            anyhow::Ok(Some(datetime::to_unix_micros(ticks)))
        }
    };
    let micros = |time: std::time::Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let (from_micros, to_micros) = (time("--from", &args.from)?, time("--to", &args.to)?);
    if from_micros.zip(to_micros).is_some_and(|(from, to)| from >= to) {
        bail!("--from is not before --to: there is no time between them");
    }
    Ok(Asked {
        from_micros,
        to_micros,
        now_micros: time("--now", &args.now)?.unwrap_or_else(now_micros),
        inventory_age_micros: micros(args.inventory_age),
        feeds_age_micros: micros(args.feeds_age),
    })
}

/// Runs the queries, looks at what the tables do not hold, and puts both together.
fn report(folder: &Folder, workspace: &Workspace, asked: &Asked) -> anyhow::Result<Report> {
    let runtime = weir_query::runtime().context("cannot start the runtime")?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let engine =
        Engine::new(EngineOptions { threads, memory_bytes: MEMORY_BYTES }, runtime.handle().clone())?;
    let catalog = WorkspaceCatalog::new(Some(workspace), folder.data.join(&folder.workspace));
    let now_ticks = datetime::from_unix_micros(asked.now_micros).unwrap_or(datetime::UNIX_EPOCH);
    let mut answered: Vec<(Question, Answer)> = Vec::new();
    for question in weir_doctor::questions(asked) {
        let options = QueryOptions {
            now_ticks,
            parameters: question.parameters.iter().cloned().collect(),
            ..QueryOptions::default()
        };
        let check = question.check.name;
        let outcome = engine.run(question.check.query, &catalog, &options);
        let outcome = outcome.with_context(|| format!("cannot look at '{check}'"))?;
        let answer = outcome.answers.into_iter().next();
        let answer = answer.with_context(|| format!("the query of '{check}' has no answer"))?;
        answered.push((question, answer));
    }
    let facts = runtime.block_on(weir_doctor::facts(workspace, &answered))?;
    Ok(weir_doctor::report(asked, answered, &facts))
}

/// The findings for people.
fn text(
    report: &Report,
    args: &Doctor,
    workspace: &str,
    wanted: impl Fn(&&Finding) -> bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let terminal = std::io::stdout().is_terminal();
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let place = Place::of_stdout();
    for finding in report.findings.iter().filter(wanted) {
        let title = finding.check.title;
        writeln!(out, "{}  {title}: {}", painted(finding.verdict, colour), finding.summary)?;
        if args.all && finding.verdict > Verdict::Ok && finding.details.row_count() > 0 {
            Form::Rows(Format::Table).write(std::slice::from_ref(&finding.details), title, place, out)?;
        } else {
            for example in &finding.examples {
                writeln!(out, "           {example}")?;
            }
            let more = finding.details.row_count().saturating_sub(finding.examples.len());
            if !finding.examples.is_empty() && more > 0 {
                let (more, name) = (grouped(more as u64), finding.check.name);
                writeln!(out, "           and {more} more: weir doctor --check {name} --all")?;
            }
        }
        if !finding.advice.is_empty() {
            writeln!(out, "         > {}", finding.advice)?;
        }
        if args.queries && !finding.query.is_empty() {
            writeln!(out, "\n{}\n", finding.query.trim_end())?;
        }
    }
    let count = |verdict: Verdict| match report.count(verdict) {
        1 => format!("1 {}", verdict.word()),
        count => format!("{count} {}s", verdict.word()),
    };
    let [problems, warnings, notes] = [Verdict::Problem, Verdict::Warning, Verdict::Note].map(count);
    writeln!(out, "\nworkspace {workspace}: {problems}, {warnings}, {notes}")?;
    Ok(())
}

/// A verdict as wide as the widest, in its colour.
fn painted(verdict: Verdict, colour: bool) -> String {
    let code = match verdict {
        Verdict::Ok => 32,
        Verdict::Note => 36,
        Verdict::Warning => 33,
        Verdict::Problem => 31,
    };
    match colour {
        true => format!("\u{1b}[{code}m{:<7}\u{1b}[0m", verdict.word()),
        false => format!("{:<7}", verdict.word()),
    }
}

/// A row for each check; of a single one a row for each thing that it found.
fn rows(form: Form, report: &Report, wanted: impl Fn(&&Finding) -> bool, single: bool) -> anyhow::Result<()> {
    let shown: Vec<&Finding> = report.findings.iter().filter(wanted).collect();
    let answer = match shown.as_slice() {
        [finding] if single => finding.details.clone(),
        findings => table(findings)?,
    };
    show_answer(answer, "weir doctor", Some(form))
}

fn table(findings: &[&Finding]) -> anyhow::Result<Answer> {
    let all = || findings.iter();
    let columns = Columns::default()
        .text("Check", all().map(|finding| finding.check.name))
        .text("Verdict", all().map(|finding| finding.verdict.word()))
        .count("Found", all().map(|finding| finding.details.row_count() as u64))
        .text("Summary", all().map(|finding| &finding.summary))
        .text("Example", all().map(|finding| finding.examples.first().map_or("", String::as_str)))
        .text("Advice", all().map(|finding| &finding.advice));
    columns.answer().context("cannot put the list together")
}
