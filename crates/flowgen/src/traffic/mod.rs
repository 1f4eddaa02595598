//! From links to the tuples of one blob.
//!
//! Nothing is simulated in order: the flows of a link that are born in a slot of time are drawn from a
//! stream named by seed, link and slot, and a long session is computed from its number. So both ends of a
//! link, and every hour a flow lives through, see the same flow without remembering it.

mod burst;
mod leak;
mod observe;
mod rate;
mod session;
mod tuple;

use crate::clock::{Grid, HOUR_MS};
use crate::model::Company;
use crate::model::links::{Link, NicViews, Side};
use crate::model::talk::Pattern;

use observe::Observer;
use rate::Rate;
pub(crate) use tuple::{Counts, State, Tuple};

/// Everything that the content of blobs depends on.
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) company: Company,
    pub(crate) links: Vec<Link>,
    pub(crate) nics: Vec<NicViews>,
    pub(crate) grids: Vec<Grid>,
    /// First hour of the span, counted from the epoch.
    pub(crate) first_hour: i64,
    /// Hours in the span.
    pub(crate) hours: i64,
    pub(crate) intensity: Intensity,
}

/// Factors on the rates of short flows, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Intensity {
    pub(crate) planted_permille: u64,
    pub(crate) background_permille: u64,
}

impl Plan {
    /// The hour after the last one.
    pub(crate) fn end_hour(&self) -> i64 {
        self.first_hour + self.hours
    }

    fn permille(&self, link: &Link) -> u64 {
        if link.background { self.intensity.background_permille } else { self.intensity.planted_permille }
    }
}

/// Appends the tuples that a NIC's blob of an hour holds, link by link.
pub(crate) fn collect(plan: &Plan, nic: usize, hour: i64, out: &mut Vec<Tuple>) {
    let grid = &plan.grids[nic];
    for (number, view) in plan.nics[nic].views.iter().enumerate() {
        let link = &plan.links[view.link];
        let tracked = view.side != Side::Target || link.talk.tracked_in;
        let (window, view_number) = (grid.window(hour), number as u16);
        let mut observer = Observer { grid, window, link, view, view_number, tracked, out };
        let permille = plan.permille(link);
        match link.talk.pattern {
            Pattern::Exchange(ref exchange) => {
                let reach_ms = exchange.burst_spread_ms + exchange.life_ms.1;
                let rate = Rate::new(link, exchange.per_hour, exchange.burst, permille);
                rate.each_burst(plan.seed, observer.since(i64::from(reach_ms)), |at_ms, dice| {
                    burst::exchange(link, exchange, at_ms, dice, &mut observer);
                });
            }
            Pattern::Unanswered { per_hour } => {
                let rate = Rate::new(link, per_hour, 1, permille);
                rate.each_burst(plan.seed, observer.since(burst::RETRY_MS), |at_ms, dice| {
                    burst::unanswered(link, at_ms, dice, &mut observer);
                });
            }
            Pattern::Refused { per_hour } => {
                let rate = Rate::new(link, per_hour, 1, permille);
                rate.each_burst(plan.seed, observer.since(burst::RETRY_MS), |at_ms, dice| {
                    burst::refused(link, at_ms, dice, &mut observer);
                });
            }
            Pattern::Scan { per_hour } => {
                let rate = Rate::new(link, per_hour, 1, permille);
                rate.each_burst(plan.seed, observer.since(burst::RETRY_MS), |at_ms, dice| {
                    burst::scan(link, at_ms, dice, &mut observer);
                });
            }
            Pattern::Session(ref session) => session::observe(plan.seed, link, session, hour, &mut observer),
            Pattern::Leak(leaks) => {
                let span_ms = (plan.first_hour * HOUR_MS, plan.end_hour() * HOUR_MS);
                leak::observe(plan.seed, link, leaks, span_ms, &mut observer);
            }
        }
    }
}
