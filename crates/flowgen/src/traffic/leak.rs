//! Large transfers at set times before the end of the span.

use super::burst;
use super::observe::{Even, Life, Observer, Pair};
use super::tuple::Counts;
use crate::clock::{HOUR_MS, HOURS_PER_DAY, MINUTE_MS};
use crate::dice::{Dice, Purpose};
use crate::model::links::Link;
use crate::model::talk::Leak;

const PACKET_BYTES: u64 = 1_564;
const ACKNOWLEDGEMENT_BYTES: u64 = 66;

/// Logs the transfers that fit into the span, `[start, end)` in milliseconds.
pub(super) fn observe(
    seed: u64,
    link: &Link,
    leaks: &[Leak],
    span_ms: (i64, i64),
    observer: &mut Observer<'_>,
) {
    let day_ms = HOURS_PER_DAY * HOUR_MS;
    for leak in leaks {
        let day = span_ms.1.div_euclid(day_ms) - leak.days_before;
        let at_ms = day * day_ms + leak.minute_of_day * MINUTE_MS;
        let end_ms = at_ms + leak.minutes * MINUTE_MS;
        // A minute of room on both sides: all of the transfer is logged, or nothing.
        if at_ms - MINUTE_MS < span_ms.0 || end_ms + 3 * MINUTE_MS > span_ms.1 {
            continue;
        }
        let mut dice = Dice::new(seed, Purpose::Plan, link.key, leak.days_before);
        let mut bytes_left = leak.bytes;
        for connections_left in (1..=leak.connections).rev() {
            let pair = Pair {
                source: burst::draw(link.source, &mut dice),
                target: burst::draw(link.target, &mut dice),
                source_port: burst::source_port(&mut dice),
                target_port: burst::target_port(link.talk.ports, &mut dice),
            };
            let start_ms = at_ms + i64::from(dice.below(20_000));
            let life = Life { start_ms, end_ms: end_ms + i64::from(dice.below(60_000)), delay_ms: 0 };
            let bytes = bytes_left / u64::from(connections_left);
            bytes_left -= bytes;
            let sent_packets = bytes.div_ceil(PACKET_BYTES);
            let received_packets = sent_packets / 2 + u64::from(dice.below(500));
            let total = Counts {
                sent_packets,
                sent_bytes: bytes,
                received_packets,
                received_bytes: received_packets * ACKNOWLEDGEMENT_BYTES,
            };
            if !observer.misses(life) {
                let busy_ms = (life.end_ms - start_ms - 2_000) as u64;
                observer.flow(pair, life, &Even { start_ms, busy_ms, total });
            }
        }
    }
}
