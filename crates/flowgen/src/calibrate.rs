//! Finding the traffic that makes logs of a wanted size.
//!
//! The size grows with the factors of [`Intensity`], nearly in proportion, above what sessions and planned
//! transfers make anyway. A sample of blobs, spread over machines and hours of the week, says how much.

use crate::blob::{Generation, Witness};
use crate::clock::Grid;
use crate::config::Config;
use crate::error::Error;
use crate::model::links::{expand, nic_key};
use crate::model::{BACKGROUND_NICS_MAX, Company};
use crate::traffic::{Intensity, Plan, Tuple};
use crate::worker::Worker;

const NORMAL_PERMILLE: u64 = 1_000;
/// A thousand times the usual: more would be no network any more.
const PERMILLE_MAX: u64 = 1_000_000;
/// Size of a background machine's blob that is aimed at when the number of machines is free.
const BACKGROUND_BLOB_BYTES: u64 = 150_000;
/// Hours sampled of every machine: an odd number of days' thirds.
const SAMPLED_HOURS: i64 = 21;
/// Background machines sampled: one full cell.
const SAMPLED_BACKGROUND_NICS: usize = 20;
const ROUNDS_MAX: u32 = 8;

/// The plan of a configuration, with traffic that meets the wanted size.
pub(crate) fn plan(config: &Config) -> Result<Plan, Error> {
    let mut plan = plan_of(config, config.scale.background_nics);
    let Some(wanted) = config.scale.size_bytes else { return Ok(plan) };
    let planted = estimate(&plan, config, Part::Planted);
    if config.scale.background_nics == 0 {
        // A few percent the company can make up itself.
        if wanted <= planted + planted / 20 {
            solve(&mut plan, config, wanted, 0, |plan, permille| plan.intensity.planted_permille = permille)?;
            return Ok(plan);
        }
        let nics = (wanted - planted).div_ceil(BACKGROUND_BLOB_BYTES * u64::from(config.hours));
        plan = plan_of(config, nics.clamp(1, BACKGROUND_NICS_MAX.into()) as u32);
    }
    let found = solve(&mut plan, config, wanted, planted, |plan, permille| {
        plan.intensity.background_permille = permille;
    });
    match found {
        // Quiet background machines are still too many bytes: everybody has to say less.
        Err(Error::SizeTooSmall { .. }) => solve(&mut plan, config, wanted, 0, |plan, permille| {
            plan.intensity = Intensity { planted_permille: permille, background_permille: permille };
        })?,
        other => other?,
    }
    Ok(plan)
}

fn plan_of(config: &Config, background_nics: u32) -> Plan {
    let company = Company::new(background_nics);
    let (links, nics) = expand(&company);
    let grids = (0..company.nics.len()).map(|nic| Grid::new(config.seed, nic_key(&company, nic))).collect();
    let hours = i64::from(config.hours);
    Plan {
        seed: config.seed,
        company,
        links,
        nics,
        grids,
        first_hour: config.end_hour() - hours,
        hours,
        intensity: Intensity { planted_permille: NORMAL_PERMILLE, background_permille: NORMAL_PERMILLE },
    }
}

/// Turns one knob until the estimate is within a percent of what is wanted. `fixed` bytes come from
/// elsewhere; with none, both parts are measured.
fn solve(
    plan: &mut Plan,
    config: &Config,
    wanted: u64,
    fixed: u64,
    turn: impl Fn(&mut Plan, u64),
) -> Result<(), Error> {
    let mut size_at = |permille: u64| {
        turn(plan, permille);
        let planted = if fixed == 0 { estimate(plan, config, Part::Planted) } else { fixed };
        planted + estimate(plan, config, Part::Background)
    };
    let mut low = (0, size_at(0));
    // The estimate errs, and a size just below the least is better met than refused.
    if wanted + wanted / 50 < low.1 {
        return Err(Error::SizeTooSmall { asked_bytes: wanted, least_bytes: low.1 });
    }
    let mut permille = NORMAL_PERMILLE;
    for _ in 0..ROUNDS_MAX {
        let size = size_at(permille);
        if size.abs_diff(wanted) <= wanted / 100 {
            break;
        }
        // The line through this point and the highest one known to be below.
        let slope = u128::from(size.saturating_sub(low.1).max(1));
        let run = u128::from(permille - low.0);
        let step = u128::from(wanted.saturating_sub(low.1)) * run / slope;
        if step > u128::from(PERMILLE_MAX) {
            let most_bytes = u128::from(low.1) + slope * u128::from(PERMILLE_MAX) / run.max(1);
            return Err(Error::SizeTooLarge { asked_bytes: wanted, most_bytes: most_bytes as u64 });
        }
        let next = low.0 + step as u64;
        if size < wanted {
            low = (permille, size);
        }
        if next == permille {
            break;
        }
        permille = next;
    }
    turn(plan, permille);
    Ok(())
}

/// Part of the machines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Planted,
    Background,
}

/// About how many bytes a part of the machines logs over the span.
fn estimate(plan: &Plan, config: &Config, part: Part) -> u64 {
    let background_from = plan.company.nics.iter().take_while(|nic| nic.cell == 0).count();
    let all = plan.company.nics.len();
    if part == Part::Planted {
        return sample(plan, config, 0..background_from);
    }
    // Full cells are alike; one stands for all. The last cell may lack roles and is measured itself.
    let full_cells = (all - background_from) / SAMPLED_BACKGROUND_NICS;
    let rest_from = background_from + full_cells * SAMPLED_BACKGROUND_NICS;
    let one_cell = background_from..(background_from + SAMPLED_BACKGROUND_NICS).min(rest_from);
    sample(plan, config, one_cell) * full_cells as u64 + sample(plan, config, rest_from..all)
}

fn sample(plan: &Plan, config: &Config, nics: std::ops::Range<usize>) -> u64 {
    let mut worker = Worker::new(plan, config.format);
    let sampled = SAMPLED_HOURS.min(plan.hours);
    let mut bytes = 0;
    for nic in nics {
        let layouts = worker.layouts(nic);
        for number in 0..sampled {
            let (from, to) = (number * plan.hours / sampled, (number + 1) * plan.hours / sampled);
            // Every hour of the day has its turn, at another machine or on another day.
            let hour = plan.first_hour + from + (number * 3 + nic as i64 * 5) % (to - from);
            worker.collect(nic, hour);
            for layout in &layouts {
                bytes += worker.blob(nic, hour, layout, &mut Nobody).len() as u64 * (to - from) as u64;
            }
        }
    }
    bytes
}

/// A witness that looks away.
struct Nobody;

impl Witness for Nobody {
    fn tuple(&mut self, _: &Tuple, _: i64, _: Generation) {}

    fn record(&mut self) {}
}
