//! What happens in a burst.

use super::observe::{Even, Life, Observer, Pair};
use super::tuple::Counts;
use crate::dice::Dice;
use crate::model::links::{End, Link, Side};
use crate::model::talk::{Exchange, Load};

/// The longest time a burst of attempts takes: three retransmissions, each after twice the wait, or a sweep.
pub(crate) const RETRY_MS: i64 = 9_000;
/// When a SYN is sent again, after the first.
const RETRANSMISSIONS_MS: [i64; 4] = [0, 1_000, 3_000, 7_000];
/// A lone SYN on the wire.
const SYN_BYTES: u64 = 124;

/// Pods on a node: a block of addresses has room for them.
const PODS: u32 = 7;

const SCANNED_PORTS: [u16; 26] = [
    22, 23, 80, 443, 445, 1433, 2222, 2375, 3306, 3389, 5060, 5432, 5555, 5900, 5985, 6379, 7001, 8080, 8088,
    8443, 8888, 9000, 9200, 11_211, 27_017, 37_777,
];
const HIGH_RISK_PORTS: [u16; 6] = [23, 135, 139, 445, 3389, 5985];

pub(super) fn draw(end: End, dice: &mut Dice) -> u32 {
    match end {
        End::Address(address) => address,
        // The first four are the node's own and the platform's.
        End::Block(network) => network | (4 + dice.below(PODS)),
        End::Pool(pool) => pool.pick(dice),
    }
}

pub(super) fn target_port(ports: &[(u16, u32)], dice: &mut Dice) -> u16 {
    let [(only, _)] = ports else {
        let mut left = dice.below(ports.iter().map(|&(_, share)| share).sum());
        let drawn = ports.iter().find(|&&(_, share)| {
            let found = left < share;
            left = left.saturating_sub(share);
            found
        });
        return drawn.map_or(0, |&(port, _)| port);
    };
    *only
}

/// An ephemeral port with room for a burst above it.
pub(super) fn source_port(dice: &mut Dice) -> u16 {
    32_768 + dice.below(28_000) as u16
}

/// Short flows to one address.
pub(super) fn exchange(
    link: &Link,
    spec: &Exchange,
    at_ms: i64,
    dice: &mut Dice,
    observer: &mut Observer<'_>,
) {
    let source = draw(link.source, dice);
    let target = draw(link.target, dice);
    let base_port = source_port(dice);
    for number in 0..dice.within((1, 2 * spec.burst - 1)) {
        let source_port = spec.source_port.unwrap_or(base_port + 2 * (number % 2_000) as u16);
        let pair = Pair { source, target, source_port, target_port: target_port(link.talk.ports, dice) };
        one(spec, pair, at_ms, dice, observer);
    }
}

fn one(spec: &Exchange, pair: Pair, at_ms: i64, dice: &mut Dice, observer: &mut Observer<'_>) {
    // Every number is drawn before anything is decided, so that both ends draw the same.
    let start_ms = at_ms + i64::from(dice.below(spec.burst_spread_ms + 1));
    let whim = dice.next();
    let instant = whim % 100 < u32::from(spec.instant_percent);
    let twice = whim / 100 % 100 < u32::from(spec.twice_percent);
    let lossy = whim / 10_000 % 100 < 4;
    let life_ms = spec.life_ms.0 + dice.skewed(spec.life_ms.1 - spec.life_ms.0 + 1);
    let quiet_ms = dice.within(spec.quiet_ms);
    let doublings = dice.heads(spec.doublings);
    let (sent_packets, sent_bytes) = fill(spec.sent, doublings, dice);
    let (received_packets, received_bytes) = fill(spec.received, doublings, dice);

    let life_ms = if instant { 0 } else { life_ms };
    let life = Life { start_ms, end_ms: start_ms + i64::from(life_ms), delay_ms: i64::from(whim >> 30) };
    if observer.misses(life) {
        return;
    }
    let mut total = Counts { sent_packets, sent_bytes, received_packets, received_bytes };
    if lossy && total.sent_packets > 20 && observer.view.side == Side::Target {
        // Some packets were sent but never came; the target counts fewer.
        let lost = 1 + total.sent_packets / 64;
        total.sent_bytes -= total.sent_bytes * lost / total.sent_packets;
        total.sent_packets -= lost;
    }
    if twice && life_ms > 0 && total.sent_packets > 5 && total.received_packets > 3 {
        let first = Counts {
            sent_packets: 3,
            sent_bytes: total.sent_bytes * 3 / total.sent_packets,
            received_packets: 3,
            received_bytes: total.received_bytes * 3 / total.received_packets,
        };
        observer.flow_twice(pair, life, first, total - first);
    } else {
        let busy_ms = u64::from(life_ms.saturating_sub(quiet_ms).max(1));
        observer.flow(pair, life, &Even { start_ms, busy_ms, total });
    }
}

fn fill(load: Load, doublings: u32, dice: &mut Dice) -> (u64, u64) {
    let packets = u64::from(dice.within(load.packets)) << doublings;
    (packets, packets * u64::from(dice.within(load.packet_bytes)))
}

/// A connection attempt and its retransmissions, each a flow of its own from the same port.
pub(super) fn unanswered(link: &Link, at_ms: i64, dice: &mut Dice, observer: &mut Observer<'_>) {
    let pair = Pair {
        source: draw(link.source, dice),
        target: draw(link.target, dice),
        source_port: source_port(dice),
        target_port: target_port(link.talk.ports, dice),
    };
    for offset_ms in RETRANSMISSIONS_MS {
        let start_ms = at_ms + offset_ms;
        let end_ms = start_ms + i64::from(dice.below(900));
        let total = Counts { sent_packets: 1, sent_bytes: SYN_BYTES, ..Counts::default() };
        let life = Life { start_ms, end_ms, delay_ms: 0 };
        observer.flow(pair, life, &Even { start_ms, busy_ms: 1, total });
    }
}

/// A connection attempt that a rule at the source denies, and tried again.
pub(super) fn refused(link: &Link, at_ms: i64, dice: &mut Dice, observer: &mut Observer<'_>) {
    let pair = Pair {
        source: draw(link.source, dice),
        target: draw(link.target, dice),
        source_port: source_port(dice),
        target_port: target_port(link.talk.ports, dice),
    };
    let attempts = 1 + dice.below(3) as usize;
    for offset_ms in &RETRANSMISSIONS_MS[..attempts] {
        observer.denied(pair, at_ms + offset_ms, false);
    }
}

/// A stranger who tries one port, the same port again, or several ports.
pub(super) fn scan(link: &Link, at_ms: i64, dice: &mut Dice, observer: &mut Observer<'_>) {
    let source = draw(link.source, dice);
    let target = draw(link.target, dice);
    let source_port = source_port(dice);
    let mut attempt = |time_ms, target_port| {
        let pair = Pair { source, target, source_port, target_port };
        observer.denied(pair, time_ms, HIGH_RISK_PORTS.contains(&target_port));
    };
    match dice.below(10) {
        0 => {
            let port = scanned_port(dice);
            let attempts = 2 + dice.below(2) as usize;
            for offset_ms in &RETRANSMISSIONS_MS[..attempts] {
                attempt(at_ms + offset_ms, port);
            }
        }
        1 | 2 => {
            for number in 0..3 + i64::from(dice.below(6)) {
                let port = scanned_port(dice);
                attempt(at_ms + number * 40 + i64::from(dice.below(40)), port);
            }
        }
        _ => attempt(at_ms, scanned_port(dice)),
    }
}

fn scanned_port(dice: &mut Dice) -> u16 {
    if dice.percent(60) {
        SCANNED_PORTS[dice.below(SCANNED_PORTS.len() as u32) as usize]
    } else {
        1 + dice.below(65_535) as u16
    }
}
