//! `weir_explain_flow(src, dest, mac, at, direction, target)`: why flows are decorated as they are.
//!
//! Everything that was looked at, one row each: what it was, whether it decided, and why. `mac` is the interface that
//! logged the flow, `at` the time whose inventory is asked (now, when left out), `direction` as seen by the interface,
//! `target` the `TargetResourceId` of the row. All but the addresses may be left out, or given by name.

use std::sync::Arc;

use datafusion::common::ScalarValue;
use weir_decode::{Address, Direction};
use weir_enrich::{Ends, Outcome, PublicAddress, Step};
use weir_intel::Lookups;
use weir_kql::ast::{Call, Span};
use weir_value::{KustoType, datetime};

use super::datatable::memory;
use crate::bind::{Binder, Scope};
use crate::physical;
use crate::typed::{Column, Relation, Typed};

/// What it is called.
pub(crate) const NAME: &str = "weir_explain_flow";

/// How it is called, and what it gives.
#[cfg(test)]
pub(crate) const CALL: (&str, &str) = (
    "weir_explain_flow(src, dest, [mac], [at], [direction], [target])",
    "Why flows between two addresses are decorated as they are: everything that was looked at, and what decided.",
);

const PARAMETERS: [(&str, KustoType); 6] = [
    ("src", KustoType::String),
    ("dest", KustoType::String),
    ("mac", KustoType::String),
    ("at", KustoType::Datetime),
    ("direction", KustoType::String),
    ("target", KustoType::String),
];
/// Parameters that must be given.
const NEEDED: usize = 2;

pub(crate) fn bind(binder: &mut Binder<'_>, call: &Call, span: Span, scope: Scope<'_>) -> Relation {
    match rows(binder, call, span, scope).map(|rows| table(&rows)) {
        Some(Ok(relation)) => relation,
        Some(Err(error)) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
        None => Relation::poison(),
    }
}

/// The steps, and the snapshot that decided.
struct Explained {
    steps: Vec<Step>,
    snapshot: String,
}

fn rows(binder: &mut Binder<'_>, call: &Call, span: Span, scope: Scope<'_>) -> Option<Explained> {
    let values = values(binder, call, span, scope)?;
    let text = |place: usize| values[place].as_ref().and_then(Typed::as_text).unwrap_or_default();
    let mut addresses = Vec::new();
    for (place, (name, _)) in PARAMETERS.iter().enumerate().take(NEEDED) {
        match Address::parse(text(place).as_bytes()) {
            Some(address) => addresses.push(address),
            None => {
                let at = call.arguments.get(place).map_or(span, |argument| argument.value.span);
                binder.error(None, at, format!("'{name}' is no address: write it as '10.1.1.4'"));
                return None;
            }
        }
    }
    let &[src, dest] = addresses.as_slice() else { return None };
    let at = match values[3].as_ref().and_then(Typed::as_constant) {
        Some(ScalarValue::Int64(Some(ticks))) => *ticks,
        _ => binder.context().now_ticks,
    };
    let direction = match text(4).to_ascii_lowercase().as_str() {
        "" | "outbound" | "o" => Direction::Outbound,
        "inbound" | "i" => Direction::Inbound,
        other => {
            binder.error(None, span, format!("'{other}' is no direction: use 'Inbound' or 'Outbound'"));
            return None;
        }
    };
    let micros = datetime::to_unix_micros(at);
    let (name, decorator) = match binder.context().catalog.decorator(micros) {
        Ok(Some(dated)) => dated,
        Ok(None) => return Some(without_inventory()),
        Err(error) => {
            let mut message = format!("the inventory cannot be read: {error}");
            if let Some(source) = std::error::Error::source(&error) {
                message = format!("{message}: {source}");
            }
            binder.error(None, span, message);
            return None;
        }
    };
    let mac: String = text(2).chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let points = ["VirtualNetwork", "Subnet", "NetworkSecurityGroup"]
        .map(|target_type| decorator.capture_point(&mac, target_type, &text(5).to_lowercase()));
    let nowhere = decorator.capture_point("", "", "");
    let captured_at = points.into_iter().find(|point| *point != nowhere).unwrap_or(nowhere);
    let lookups = match binder.context().catalog.lookups(micros) {
        Ok(lookups) => Vec::from_iter(lookups),
        Err(error) => {
            binder.error(None, span, format!("the feeds cannot be read: {error}"));
            return None;
        }
    };
    let public = |address| PublicAddress::of(address, lookups.first().map(|lookups| (0, &**lookups)));
    let ends = Ends { src, dest, direction, captured_at };
    let explanation = decorator.explain(&ends, &mac, &|address| public(address).kind());
    let mut steps = explanation.steps;
    if let Some(side) = explanation.decoration.public {
        feeds(&public(side.of(src, dest)), &lookups, &mut steps);
    }
    Some(Explained { steps, snapshot: name.name })
}

/// What feeds say of the public end.
fn feeds(public: &PublicAddress, lookups: &[Arc<Lookups>], steps: &mut Vec<Step>) {
    let threat = public.threat(lookups).map_or("", |threat| threat.kind.word());
    let said = [
        ("country", public.country(lookups)),
        ("Azure region", public.azure_region(lookups)),
        ("service tag", public.service_tag(lookups)),
        ("details", public.details(lookups)),
        ("threat", threat),
    ];
    let mut step = |kind, candidate: &str, outcome, reason: &str| {
        let (candidate, reason) = (candidate.to_owned(), reason.to_owned());
        steps.push(Step { about: "public address", kind, candidate, outcome, reason });
    };
    if lookups.is_empty() {
        step("feeds", "", Outcome::Absent, "no feed was imported: weir intel import");
    }
    for (kind, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
        step(
            kind,
            text,
            Outcome::Taken,
            "what is known of addresses at that time: weir intel explain tells more",
        );
    }
}

fn without_inventory() -> Explained {
    let step = Step {
        about: "inventory",
        kind: "snapshot",
        candidate: String::new(),
        outcome: Outcome::Absent,
        reason: "no snapshot of the inventory holds at that time: rows say what addresses alone tell"
            .to_owned(),
    };
    Explained { steps: vec![step], snapshot: String::new() }
}

/// The argument of each parameter, in its type.
fn values(
    binder: &mut Binder<'_>,
    call: &Call,
    span: Span,
    scope: Scope<'_>,
) -> Option<[Option<Typed>; PARAMETERS.len()]> {
    let mut values: [Option<Typed>; PARAMETERS.len()] = Default::default();
    let mut failed = false;
    for (place, argument) in call.arguments.iter().enumerate() {
        let place = match argument.names.first() {
            Some(name) => PARAMETERS.iter().position(|(known, _)| *known == name.text),
            None => Some(place),
        };
        let Some((place, (name, kind))) = place.and_then(|place| Some((place, PARAMETERS.get(place)?)))
        else {
            let names = PARAMETERS.map(|(name, _)| name).join(", ");
            binder.error(Some("KS119"), argument.value.span, format!("'{NAME}' takes {names}"));
            return None;
        };
        let typed = binder.scalar(&argument.value, scope);
        let typed = binder.converted(typed, *kind);
        failed |= typed.poisoned;
        if !typed.poisoned && typed.as_constant().is_none() {
            binder.error(Some("KS129"), argument.value.span, format!("'{name}' must be a constant"));
            failed = true;
        }
        values[place] = Some(typed);
    }
    if let Some((name, _)) =
        PARAMETERS.iter().zip(&values).take(NEEDED).find(|(_, v)| v.is_none()).map(|(p, _)| p)
    {
        binder.error(Some("KS197"), span, format!("'{NAME}' lacks its argument '{name}'"));
        return None;
    }
    (!failed).then_some(values)
}

fn table(explained: &Explained) -> datafusion::common::Result<Relation> {
    let text = |name: &str| Column::new(name, KustoType::String);
    let columns = [
        Column::new("Step", KustoType::Int),
        text("About"),
        text("Kind"),
        text("Candidate"),
        text("Outcome"),
        text("Reason"),
        text("Snapshot"),
    ];
    let words = |word: fn(&Step) -> &str| explained.steps.iter().map(|s| physical::text(word(s))).collect();
    let numbers = (1..).take(explained.steps.len()).map(|number| ScalarValue::Int32(Some(number))).collect();
    let snapshots = explained.steps.iter().map(|_| physical::text(&explained.snapshot)).collect();
    let cells = vec![
        numbers,
        words(|step| step.about),
        words(|step| step.kind),
        words(|step| &step.candidate),
        words(|step| step.outcome.word()),
        words(|step| &step.reason),
        snapshots,
    ];
    memory(&columns, cells)
}

#[cfg(test)]
mod tests {
    use crate::testing::{columns_over_empty_tables, refused};

    #[test]
    fn it_is_a_table() {
        let columns =
            columns_over_empty_tables("weir_explain_flow('10.0.0.1', '10.0.0.2') | where Outcome == 'taken'");
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Step", "About", "Kind", "Candidate", "Outcome", "Reason", "Snapshot"]);
        let by_name =
            "weir_explain_flow('10.0.0.1', '10.0.0.2', direction = 'Inbound', at = datetime(2026-06-01))";
        assert_eq!(columns_over_empty_tables(by_name).len(), names.len());
    }

    #[test]
    fn what_is_no_flow_is_refused() {
        for (arguments, told) in [
            ("'10.0.0.1'", "lacks its argument 'dest'"),
            ("'10.0.0.1', 'ten'", "'dest' is no address"),
            ("'10.0.0.1', '10.0.0.2', '', datetime(null), 'up'", "no direction"),
            ("'10.0.0.1', '10.0.0.2', '', datetime(null), '', '', 7", "takes src, dest"),
            ("'10.0.0.1', '10.0.0.2', port = 7", "takes src, dest"),
        ] {
            let refused = refused(&format!("weir_explain_flow({arguments})"));
            assert!(refused.contains(told), "{arguments}: {refused}");
        }
    }
}
