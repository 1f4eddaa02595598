//! `weir explain-flow`: the answer of `weir_explain_flow(…)`.

use anyhow::{Context, bail};
use weir_answer::{Answer, Cell};
use weir_query::{Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};
use weir_value::datetime;

use super::query::shown;
use super::{INGEST_FIRST, existing, now_ticks, print};
use crate::args::{ExplainFlow, Folder};
use crate::exit::Exit;
use crate::form::Place;

/// What is asked of one flow, as arguments of the function.
struct Asked {
    src: String,
    dest: String,
    mac: String,
    at: Option<String>,
    direction: String,
    target: String,
}

/// Memory that the two small queries may hold.
const MEMORY_BYTES: usize = 1 << 30;

pub fn run(folder: &Folder, args: &ExplainFlow) -> anyhow::Result<Exit> {
    let runtime = weir_query::runtime().context("cannot start the runtime")?;
    let workspace = existing(folder, INGEST_FIRST)?;
    let catalog = WorkspaceCatalog::new(Some(&workspace), folder.data.join(&folder.workspace));
    let engine =
        Engine::new(EngineOptions { threads: 1, memory_bytes: MEMORY_BYTES }, runtime.handle().clone())?;
    let options = QueryOptions { now_ticks: now_ticks(), ..QueryOptions::default() };
    let ask = |text: &str| match engine.run(text, &catalog, &options) {
        Ok(outcome) => Ok(outcome.answers),
        Err(Error::Text(diagnostics)) => {
            eprint!("{}", shown(text, &diagnostics));
            bail!("the flow cannot be explained")
        }
        Err(error) => Err(error.into()),
    };
    let asked = match &args.row {
        None => Asked {
            src: args.src.clone().unwrap_or_default(),
            dest: args.dest.clone().unwrap_or_default(),
            mac: args.mac.clone().unwrap_or_default(),
            at: args.at.clone(),
            direction: args.direction.clone(),
            target: args.target.clone().unwrap_or_default(),
        },
        Some(condition) => {
            let rows = ask(&format!(
                "weir_unfolded()\n| where {condition}\n| take 1\n| project SrcIp, DestIp, MacAddress, \
                 tostring(FlowIntervalStartTime), FlowDirection, TargetResourceId"
            ))?;
            match first_row(&rows).as_deref() {
                Some([src, dest, mac, at, direction, target]) => {
                    eprintln!("row        {src} to {dest}, {direction} at {mac}, {at}");
                    Asked {
                        src: src.clone(),
                        dest: dest.clone(),
                        mac: mac.clone(),
                        at: Some(at.clone()),
                        direction: direction.clone(),
                        target: target.clone(),
                    }
                }
                _ => bail!("no flow meets the condition"),
            }
        }
    };
    let answers = ask(&call(&asked)?)?;
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let place = Place { width: terminal, colour: false };
    print(|out| args.format.write(&answers, "weir explain-flow", place, out))?;
    Ok(Exit::Done)
}

fn call(asked: &Asked) -> anyhow::Result<String> {
    let at = match &asked.at {
        Some(text) => {
            let ticks = datetime::parse(text).with_context(|| format!("'{text}' is no datetime"))?;
            format!("datetime({})", datetime::format(ticks))
        }
        None => "now()".to_owned(),
    };
    let [src, dest, mac, direction, target] =
        [&asked.src, &asked.dest, &asked.mac, &asked.direction, &asked.target].map(|text| literal(text));
    Ok(format!("weir_explain_flow({src}, {dest}, {mac}, {at}, {direction}, {target})"))
}

/// A text as KQL writes it.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            control if control.is_control() => literal.push(' '),
            plain => literal.push(plain),
        }
    }
    literal.push('"');
    literal
}

/// The texts of the first row of the first answer.
fn first_row(answers: &[Answer]) -> Option<Vec<String>> {
    let row = answers.first()?.rows().next()?;
    let text = |cell: Cell<'_>| match cell {
        Cell::String(text) => text.to_owned(),
        _ => String::new(),
    };
    Some(row.into_iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_literal() {
        for text in ["10.1.1.4", "a\"b\\c", "'", "line\nline"] {
            let parsed = weir_kql::parse(&format!("print x = {}", literal(text)));
            assert!(parsed.diagnostics.is_empty(), "{text}");
        }
    }
}
