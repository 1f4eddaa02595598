//! Why rows are of the flow type `Unknown`: decoration is asked again, with the inventories that there are now.

use std::collections::HashMap;
use std::sync::Arc;

use weir_answer::Answer;
use weir_decode::{Address, Direction};
use weir_enrich::{CapturePoint, Decorator, Ends, FlowType, PublicAddress, UnknownReason};
use weir_table::{Error, Workspace, topology};
use weir_topology::{History, SnapshotName};

use crate::report::Verdict;
use crate::rows::{Row, rows};

/// Inventories that are held at once.
const KEPT_MAX: usize = 4;

/// A reason, and what has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words.
    pub words: String,
    /// What to do about it; blank where nothing is to be done.
    pub advice: &'static str,
    /// How bad it is.
    pub verdict: Verdict,
    /// Rows that have it.
    pub rows: u64,
    /// Pairs of addresses of an interface and a day that have it.
    pub groups: u64,
    /// Rows of the largest of these, which the following is of.
    pub most: u64,
    /// Its source.
    pub src: String,
    /// Its destination.
    pub dest: String,
    /// The interface that logged it.
    pub mac_address: String,
    /// When, microseconds since the Unix epoch.
    pub at_micros: i64,
}

/// What is to be looked at again.
struct Flow {
    src: Address,
    dest: Address,
    direction: Direction,
    at_micros: i64,
}

/// Reasons of the rows of an answer of `unknown.kql`, the most rows first.
pub(crate) async fn reasons(
    workspace: &Workspace,
    history: &History,
    answer: &Answer,
) -> Result<Vec<Reason>, Error> {
    let mut inventories = Inventories { workspace, kept: Vec::new() };
    let mut found: HashMap<Why, Reason> = HashMap::new();
    // In the order of their times, so that inventories are read once.
    let mut all: Vec<Row<'_>> = rows(answer).collect();
    all.sort_by_key(|row| row.micros("At"));
    for row in &all {
        let why = match flow(row) {
            Some(flow) => why(&mut inventories, history, &flow, row).await?,
            None => Why::Folded,
        };
        let count = row.count("Rows");
        let reason = found.entry(why).or_insert_with(|| Reason {
            words: why.words().to_owned(),
            advice: why.advice(),
            verdict: why.verdict(),
            rows: 0,
            groups: 0,
            most: 0,
            src: String::new(),
            dest: String::new(),
            mac_address: String::new(),
            at_micros: 0,
        });
        reason.rows += count;
        reason.groups += 1;
        if count > reason.most {
            reason.most = count;
            reason.src = row.text("SrcIp").to_owned();
            reason.dest = row.text("DestIp").to_owned();
            reason.mac_address = row.text("MacAddress").to_owned();
            reason.at_micros = row.micros("At").unwrap_or(0);
        }
    }
    let mut reasons: Vec<Reason> = found.into_values().collect();
    reasons.sort_by(|one, other| {
        (other.verdict, other.rows).cmp(&(one.verdict, one.rows)).then_with(|| one.words.cmp(&other.words))
    });
    Ok(reasons)
}

fn flow(row: &Row<'_>) -> Option<Flow> {
    let address = |column| Address::parse(row.text(column).as_bytes());
    let direction = match row.text("FlowDirection") {
        "Inbound" => Direction::Inbound,
        _ => Direction::Outbound,
    };
    Some(Flow { src: address("SrcIp")?, dest: address("DestIp")?, direction, at_micros: row.micros("At")? })
}

/// Why a row is `Unknown`, as of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Why {
    /// What decoration says, too.
    Still(UnknownReason),
    /// Decoration would say otherwise by now.
    Known,
    /// It would by the inventory of another time.
    KnownAtAnotherTime,
    /// The row does not name both addresses.
    Folded,
}

impl Why {
    const fn words(self) -> &'static str {
        match self {
            Why::Still(reason) => reason.words(),
            Why::Known => "the inventory that was imported since knows them",
            Why::KnownAtAnotherTime => {
                "an inventory of another time knows them: made later, or deleted before"
            }
            Why::Folded => "the row does not name both addresses",
        }
    }

    const fn verdict(self) -> Verdict {
        match self {
            Why::Still(UnknownReason::NoInventory | UnknownReason::NicUnknown) | Why::Known => {
                Verdict::Warning
            }
            _ => Verdict::Note,
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Why::Still(UnknownReason::NoInventory) => "weir topology import EXPORT, then weir redecorate",
            Why::Still(UnknownReason::NicUnknown) => {
                "export the inventory with all subscriptions that log, import it, then weir redecorate"
            }
            Why::Still(UnknownReason::NeitherEndKnown) => {
                "weir explain-flow SRC DEST tells more; a file of sites names networks that no export has"
            }
            Why::Known => "weir redecorate",
            Why::KnownAtAnotherTime => "import the inventory as often as machines change",
            Why::Still(UnknownReason::Pods | UnknownReason::Nowhere) | Why::Folded => "",
        }
    }
}

async fn why(
    inventories: &mut Inventories<'_>,
    history: &History,
    flow: &Flow,
    row: &Row<'_>,
) -> Result<Why, Error> {
    let Some(name) = history.at(flow.at_micros) else {
        return Ok(Why::Still(UnknownReason::NoInventory));
    };
    let reason = match unknown(&*inventories.decorator(name).await?, flow, row) {
        None => return Ok(Why::Known),
        Some(reason) => reason,
    };
    if matches!(reason, UnknownReason::NicUnknown | UnknownReason::NeitherEndKnown) {
        for other in around(history, name) {
            if unknown(&*inventories.decorator(other).await?, flow, row).is_none() {
                return Ok(Why::KnownAtAnotherTime);
            }
        }
    }
    Ok(Why::Still(reason))
}

/// The snapshots before and after one, and the newest.
fn around<'a>(history: &'a History, name: &SnapshotName) -> impl Iterator<Item = &'a SnapshotName> {
    let all = history.snapshots();
    let place = all.iter().position(|known| known == name).unwrap_or(0);
    let newest = all.len().saturating_sub(1);
    let mut places = vec![place.saturating_sub(1), (place + 1).min(newest), newest];
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter(move |other| *other != place).filter_map(|other| all.get(other))
}

/// Why decoration calls a flow `Unknown`; nothing where it does not.
fn unknown(decorator: &Decorator, flow: &Flow, row: &Row<'_>) -> Option<UnknownReason> {
    let digits = row.text("MacAddress").replace('-', "");
    let captured_at: CapturePoint =
        decorator.capture_point(&digits, row.text("TargetResourceType"), row.text("TargetResourceId"));
    let ends = Ends { src: flow.src, dest: flow.dest, direction: flow.direction, captured_at };
    // Whose a public address is does not make a flow Unknown, or known.
    let decoration = decorator.decorate(&ends, |address| PublicAddress::of(address, None).kind());
    match decoration.flow_type {
        FlowType::Unknown => Some(decoration.unknown.unwrap_or(UnknownReason::NeitherEndKnown)),
        _ => None,
    }
}

/// Inventories that were read, the last used at the end.
struct Inventories<'a> {
    workspace: &'a Workspace,
    kept: Vec<(SnapshotName, Arc<Decorator>)>,
}

impl Inventories<'_> {
    async fn decorator(&mut self, name: &SnapshotName) -> Result<Arc<Decorator>, Error> {
        if let Some(place) = self.kept.iter().position(|(known, _)| known == name) {
            let known = self.kept.remove(place);
            self.kept.push(known);
        } else {
            let snapshot = topology::read(self.workspace, name).await?;
            if self.kept.len() >= KEPT_MAX {
                self.kept.remove(0);
            }
            self.kept.push((name.clone(), Arc::new(Decorator::new(&snapshot.inventory))));
        }
        // It was put there.
        Ok(Arc::clone(&self.kept[self.kept.len() - 1].1))
    }
}

#[cfg(test)]
mod tests {
    use weir_topology::Fallback;

    use super::*;

    #[test]
    fn the_snapshots_around_one() {
        let name = |taken_micros| SnapshotName { taken_micros, name: taken_micros.to_string() };
        let history = History::new((0..6).map(name).collect(), Fallback::Later);
        let times = |at| around(&history, &name(at)).map(|name| name.taken_micros).collect::<Vec<_>>();
        assert_eq!(times(2), [1, 3, 5]);
        assert_eq!(times(0), [1, 5]);
        assert_eq!(times(5), [4]);
        let alone = History::new(vec![name(1)], Fallback::Later);
        assert_eq!(around(&alone, &name(1)).count(), 0);
    }
}
