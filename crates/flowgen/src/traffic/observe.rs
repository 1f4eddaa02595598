//! How a NIC logs a flow: begin, continuing on the platform clock, end, each with what came since the last.

use super::tuple::{Counts, State, Tuple};
use crate::clock::{Grid, TICK_MS, Window};
use crate::model::links::{Link, Side, View};

/// Flows younger than this are passed over by the platform clock.
const TICK_AGE_MS: i64 = 20_000;

/// One NIC's eye on one link, during one blob.
pub(crate) struct Observer<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) window: Window,
    pub(crate) link: &'a Link,
    pub(crate) view: &'a View,
    /// Position of the view.
    pub(crate) view_number: u16,
    /// False when the NIC logs begins alone.
    pub(crate) tracked: bool,
    pub(crate) out: &'a mut Vec<Tuple>,
}

/// Who talks to whom in a flow, as the source means it: the target is the machine that answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) source: u32,
    pub(crate) target: u32,
    pub(crate) source_port: u16,
    pub(crate) target_port: u16,
}

/// When a flow lives, by the source's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    /// How much later the target sees it.
    pub(crate) delay_ms: i64,
}

/// What a flow carries.
pub(crate) trait Volume {
    /// From one moment to another; nothing stands for the begin and the end of the flow.
    fn between(&self, from_ms: Option<i64>, to_ms: Option<i64>) -> Counts;
}

/// Volume spread evenly over the time between begin and the last packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Even {
    pub(crate) start_ms: i64,
    pub(crate) busy_ms: u64,
    pub(crate) total: Counts,
}

impl Even {
    fn until(&self, time_ms: i64) -> Counts {
        let passed_ms = (time_ms - self.start_ms).max(0) as u64;
        if passed_ms >= self.busy_ms {
            return self.total;
        }
        let share = |packets: u64, bytes: u64| {
            let by_now = packets * passed_ms / self.busy_ms;
            // Bytes come with packets, never alone.
            (by_now, (bytes * by_now).checked_div(packets).unwrap_or(0))
        };
        let (sent_packets, sent_bytes) = share(self.total.sent_packets, self.total.sent_bytes);
        let (received_packets, received_bytes) =
            share(self.total.received_packets, self.total.received_bytes);
        Counts { sent_packets, sent_bytes, received_packets, received_bytes }
    }
}

impl Volume for Even {
    fn between(&self, from_ms: Option<i64>, to_ms: Option<i64>) -> Counts {
        let before = from_ms.map_or_else(Counts::default, |from_ms| self.until(from_ms));
        to_ms.map_or(self.total, |to_ms| self.until(to_ms)) - before
    }
}

impl Observer<'_> {
    /// The window, earlier by the longest time that flows reach out of their burst.
    pub(crate) fn since(&self, reach_ms: i64) -> Window {
        Window { start_ms: self.window.start_ms - reach_ms, end_ms: self.window.end_ms }
    }

    /// Whether nothing of a life falls into this blob.
    pub(crate) fn misses(&self, life: Life) -> bool {
        life.end_ms + life.delay_ms < self.window.start_ms || life.start_ms >= self.window.end_ms
    }

    /// Logs a flow.
    pub(crate) fn flow(&mut self, pair: Pair, life: Life, volume: &impl Volume) {
        let delay_ms = self.delay_ms(life);
        let (start_ms, end_ms) = (life.start_ms + delay_ms, life.end_ms + delay_ms);
        self.tuple(pair, start_ms, State::Begin, Counts::default);
        if !self.tracked {
            return;
        }
        let ripe_ms = start_ms + TICK_AGE_MS;
        let mut tick_ms = self.grid.tick_from(ripe_ms.max(self.window.start_ms));
        while tick_ms < end_ms.min(self.window.end_ms) {
            let last_ms = Some(tick_ms - TICK_MS - delay_ms).filter(|last_ms| last_ms + delay_ms >= ripe_ms);
            let counts = volume.between(last_ms, Some(tick_ms - delay_ms));
            if !counts.is_zero() {
                self.tuple(pair, tick_ms, State::Continuing, || counts);
            }
            tick_ms += TICK_MS;
        }
        self.tuple(pair, end_ms, State::End, || {
            let last_ms = self.grid.tick_from(end_ms) - TICK_MS;
            volume.between(Some(last_ms - delay_ms).filter(|_| last_ms >= ripe_ms), None)
        });
    }

    /// Logs a connection that the platform sets up twice: begin, end, begin, end, both begins alike.
    pub(crate) fn flow_twice(&mut self, pair: Pair, life: Life, first: Counts, second: Counts) {
        let delay_ms = self.delay_ms(life);
        let start_ms = life.start_ms + delay_ms;
        self.tuple(pair, start_ms, State::Begin, Counts::default);
        if self.tracked {
            self.tuple(pair, start_ms, State::End, || first);
            self.tuple(pair, start_ms, State::Begin, Counts::default);
            self.tuple(pair, life.end_ms + delay_ms, State::End, || second);
        }
    }

    /// Logs a denied attempt.
    pub(crate) fn denied(&mut self, pair: Pair, time_ms: i64, high_risk: bool) {
        self.write(pair, time_ms, State::Deny, Counts::default, self.view.rules[usize::from(high_risk)]);
    }

    fn delay_ms(&self, life: Life) -> i64 {
        if self.view.side.is_inbound() { life.delay_ms } else { 0 }
    }

    fn tuple(&mut self, pair: Pair, time_ms: i64, state: State, counts: impl FnOnce() -> Counts) {
        self.write(pair, time_ms, state, counts, self.view.rules[0]);
    }

    fn write(&mut self, pair: Pair, time_ms: i64, state: State, counts: impl FnOnce() -> Counts, rule: u16) {
        if !self.window.holds(time_ms) {
            return;
        }
        // The target sees what it answers to, everybody before it what the source addressed.
        let (source, target) = match self.view.side {
            Side::Target => (self.link.masquerade.unwrap_or(pair.source), pair.target),
            _ => (pair.source, self.link.frontend.unwrap_or(pair.target)),
        };
        self.out.push(Tuple {
            time_ms,
            source,
            target,
            source_port: pair.source_port,
            target_port: pair.target_port,
            rule,
            view: self.view_number,
            protocol: self.link.talk.protocol,
            inbound: self.view.side.is_inbound(),
            state,
            encryption: self.link.encryption,
            counts: counts(),
        });
    }
}
