//! Connections that last for hours, or longer than any simulated span.

use super::burst;
use super::observe::{Life, Observer, Pair, Volume};
use super::tuple::Counts;
use crate::clock::{HOUR_MS, TICK_MS};
use crate::dice::{Dice, Purpose, scramble};
use crate::model::links::{Link, Side};
use crate::model::talk::Session;

const CELLS_PER_HOUR: usize = (HOUR_MS / TICK_MS) as usize;
/// Far enough from every blob, near enough not to overflow.
const FOR_EVER_MS: i64 = i64::MAX / 4;

/// Logs what a NIC sees of a link's sessions in the blob of an hour.
pub(super) fn observe(seed: u64, link: &Link, spec: &Session, hour: i64, observer: &mut Observer<'_>) {
    for connection in 0..spec.connections {
        let key = scramble(link.key ^ u64::from(connection));
        let meter = Meter::new(seed, key, link, spec, hour, observer.view.side);
        let delay_ms = (key % 3) as i64;
        if spec.renewed_hours == 0 {
            let pair = pair(link, &mut Dice::new(seed, Purpose::Session, key, 0));
            let life = Life { start_ms: -FOR_EVER_MS, end_ms: FOR_EVER_MS, delay_ms };
            observer.flow(pair, life, &meter);
            continue;
        }
        let period_ms = i64::from(spec.renewed_hours) * HOUR_MS;
        let phase_ms = (key >> 8) as i64 % period_ms;
        let first = (observer.window.start_ms - phase_ms).div_euclid(period_ms) - 1;
        let last = (observer.window.end_ms - phase_ms).div_euclid(period_ms);
        for number in first..=last {
            let mut dice = Dice::new(seed, Purpose::Session, key, number);
            let pair = pair(link, &mut dice);
            // It begins in the first quarter of its period and ends before the next one begins.
            let quarter = (period_ms / 4) as u32;
            let start_ms = phase_ms + number * period_ms + i64::from(dice.below(quarter));
            let end_ms = start_ms + period_ms / 2 + i64::from(dice.below(quarter));
            let life = Life { start_ms, end_ms, delay_ms };
            if !observer.misses(life) {
                observer.flow(pair, life, &meter.of(life));
            }
        }
    }
}

fn pair(link: &Link, dice: &mut Dice) -> Pair {
    Pair {
        source: burst::draw(link.source, dice),
        target: burst::draw(link.target, dice),
        source_port: burst::source_port(dice),
        target_port: burst::target_port(link.talk.ports, dice),
    }
}

/// Packets of five minutes and their mean size, both ways.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    sent_packets: u64,
    sent_packet_bytes: u64,
    received_packets: u64,
    received_packet_bytes: u64,
}

/// A session's traffic in cells of five minutes, for a blob's hour and the one before.
///
/// The cells stand on the wall clock and the tuples on the clock of each host, so the two ends cut the same
/// traffic at different moments and still add up to the same.
#[derive(Debug, Clone)]
struct Meter {
    first_cell: i64,
    cells: [Cell; 2 * CELLS_PER_HOUR],
}

/// A meter that runs only while a session lives.
struct LimitedMeter<'a> {
    meter: &'a Meter,
    life: Life,
}

impl Meter {
    fn new(seed: u64, key: u64, link: &Link, spec: &Session, hour: i64, side: Side) -> Self {
        let mut cells = [Cell::default(); 2 * CELLS_PER_HOUR];
        for (hour, cells) in [hour - 1, hour].into_iter().zip(cells.chunks_exact_mut(CELLS_PER_HOUR)) {
            let percent =
                link.talk.curve.percent(hour) * u32::from(link.uptime.runs(hour)) * link.share_percent;
            let mut dice = Dice::new(seed, Purpose::Meter, key, hour);
            for cell in cells {
                let packets = u64::from(dice.within(spec.sent.packets)) * u64::from(percent) / 10_000;
                let lost = if dice.percent(6) && side == Side::Target { packets.div_ceil(100) } else { 0 };
                *cell = Cell {
                    sent_packets: packets - lost,
                    sent_packet_bytes: u64::from(dice.within(spec.sent.packet_bytes)),
                    received_packets: packets - packets / u64::from(dice.within((3, 12))),
                    received_packet_bytes: u64::from(dice.within(spec.received.packet_bytes)),
                };
            }
        }
        Meter { first_cell: (hour - 1) * CELLS_PER_HOUR as i64, cells }
    }

    fn of(&self, life: Life) -> LimitedMeter<'_> {
        LimitedMeter { meter: self, life }
    }

    fn sum(&self, from_ms: i64, to_ms: i64) -> Counts {
        let mut sum = Counts::default();
        for cell in from_ms.div_euclid(TICK_MS)..=to_ms.div_euclid(TICK_MS) {
            let Some(volume) = self.cells.get((cell - self.first_cell) as usize) else {
                debug_assert!(false, "a tick outside the two hours of a blob");
                continue;
            };
            let start_ms = cell * TICK_MS;
            let within = |time_ms: i64| (time_ms - start_ms).clamp(0, TICK_MS) as u64;
            // Whole packets only, and those that one cut leaves out the next one counts.
            let part = |packets: u64| {
                packets * within(to_ms) / TICK_MS as u64 - packets * within(from_ms) / TICK_MS as u64
            };
            let (sent_packets, received_packets) = (part(volume.sent_packets), part(volume.received_packets));
            sum += Counts {
                sent_packets,
                sent_bytes: sent_packets * volume.sent_packet_bytes,
                received_packets,
                received_bytes: received_packets * volume.received_packet_bytes,
            };
        }
        sum
    }
}

impl Volume for Meter {
    fn between(&self, from_ms: Option<i64>, to_ms: Option<i64>) -> Counts {
        // A session without begin and end has a tick before and a tick after every tuple.
        from_ms.zip(to_ms).map_or_else(Counts::default, |(from_ms, to_ms)| self.sum(from_ms, to_ms))
    }
}

impl Volume for LimitedMeter<'_> {
    fn between(&self, from_ms: Option<i64>, to_ms: Option<i64>) -> Counts {
        self.meter.sum(from_ms.unwrap_or(self.life.start_ms), to_ms.unwrap_or(self.life.end_ms))
    }
}
