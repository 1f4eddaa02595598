//! How short flows look, by application.
//!
//! Sizes are bytes on the wire as flow logs count them: with Ethernet header, and about 50 bytes of overlay
//! per packet from source to destination. A lone SYN is 124 bytes, a lone NTP request 140.

use super::talk::{Exchange, Load, Pattern};

impl Exchange {
    pub(crate) const fn per_hour(self, per_hour: u32) -> Pattern {
        Pattern::Exchange(Exchange { per_hour, ..self })
    }

    const fn of(life_ms: (u32, u32), sent: Load, received: Load) -> Self {
        Exchange {
            per_hour: 1,
            burst: 1,
            burst_spread_ms: 0,
            life_ms,
            quiet_ms: (0, 0),
            sent,
            received,
            doublings: 0,
            instant_percent: 0,
            twice_percent: 0,
            source_port: None,
        }
    }
}

pub(crate) const fn load(packets: (u32, u32), packet_bytes: (u32, u32)) -> Load {
    Load { packets, packet_bytes }
}

/// A page with its pictures: several connections at once.
pub(crate) const WEB_PAGE: Exchange = Exchange {
    burst: 14,
    burst_spread_ms: 9_000,
    doublings: 6,
    twice_percent: 4,
    instant_percent: 3,
    ..Exchange::of((40, 65_000), load((5, 14), (124, 420)), load((5, 40), (480, 1_514)))
};

/// Calls between servers over short connections.
pub(crate) const SERVICE_CALL: Exchange = Exchange {
    burst: 20,
    burst_spread_ms: 16_000,
    doublings: 4,
    twice_percent: 5,
    instant_percent: 8,
    ..Exchange::of((3, 12_000), load((5, 11), (140, 520)), load((4, 12), (180, 1_200)))
};

/// A request over TLS to a service on the internet.
pub(crate) const TLS_CALL: Exchange = Exchange {
    burst: 6,
    burst_spread_ms: 4_000,
    doublings: 3,
    twice_percent: 2,
    ..Exchange::of((150, 70_000), load((9, 18), (150, 700)), load((8, 22), (300, 1_300)))
};

/// Queries that open a connection of their own.
pub(crate) const DATABASE_QUERY: Exchange = Exchange {
    burst: 12,
    burst_spread_ms: 8_000,
    doublings: 7,
    ..Exchange::of((20, 30_000), load((8, 20), (160, 420)), load((8, 60), (200, 1_514)))
};

/// A job that opens connection after connection: more in a minute than a record holds.
pub(crate) const JOB_STORM: Exchange = Exchange {
    burst: 700,
    burst_spread_ms: 25_000,
    instant_percent: 10,
    ..Exchange::of((2, 3_000), load((6, 9), (150, 400)), load((5, 9), (120, 900)))
};

/// Name resolution: one packet each way.
pub(crate) const NAME_QUERY: Exchange = Exchange {
    burst: 6,
    burst_spread_ms: 2_500,
    instant_percent: 30,
    ..Exchange::of((1, 40), load((1, 1), (134, 168)), load((1, 1), (110, 240)))
};

/// A time request; the flow is kept for minutes after the answer.
pub(crate) const TIME_POLL: Exchange = Exchange {
    quiet_ms: (300_000, 300_000),
    source_port: Some(123),
    ..Exchange::of((179_000, 299_000), load((1, 1), (140, 140)), load((1, 1), (90, 90)))
};

/// Sign-in to the directory.
pub(crate) const SIGN_IN: Exchange = Exchange {
    burst: 2,
    burst_spread_ms: 900,
    instant_percent: 4,
    ..Exchange::of((5, 900), load((5, 9), (160, 900)), load((4, 8), (180, 1_300)))
};

/// An agent asked for a value.
pub(crate) const AGENT_POLL: Exchange =
    Exchange::of((2, 200), load((5, 6), (128, 150)), load((4, 5), (90, 300)));

/// An administrator's shell for some minutes.
pub(crate) const SHELL: Exchange = Exchange {
    doublings: 4,
    quiet_ms: (0, 100_000),
    ..Exchange::of((120_000, 1_500_000), load((60, 400), (118, 210)), load((60, 500), (110, 420)))
};

/// A guessed password: refused after a few packets.
pub(crate) const PASSWORD_GUESS: Exchange = Exchange {
    burst: 45,
    burst_spread_ms: 240_000,
    instant_percent: 1,
    ..Exchange::of((400, 6_000), load((9, 16), (118, 230)), load((8, 14), (110, 260)))
};

/// A file copied in one piece.
pub(crate) const FILE_COPY: Exchange = Exchange {
    burst: 2,
    burst_spread_ms: 20_000,
    doublings: 7,
    quiet_ms: (0, 30_000),
    ..Exchange::of((30_000, 480_000), load((300, 4_000), (900, 1_564)), load((150, 2_000), (54, 90)))
};

/// A file fetched in one piece.
pub(crate) const FILE_FETCH: Exchange = Exchange {
    burst: 2,
    burst_spread_ms: 20_000,
    doublings: 7,
    ..Exchange::of((4_000, 240_000), load((150, 2_000), (118, 160)), load((300, 4_000), (1_100, 1_514)))
};

/// A health probe of a load balancer.
pub(crate) const HEALTH_PROBE: Exchange = Exchange {
    burst: 4,
    burst_spread_ms: 50_000,
    ..Exchange::of((1, 40), load((5, 5), (116, 130)), load((3, 4), (60, 180)))
};

/// A probe of the platform: one packet each way.
pub(crate) const PLATFORM_PROBE: Exchange = Exchange {
    source_port: Some(23_456),
    ..Exchange::of((20, 30_000), load((1, 1), (110, 124)), load((1, 1), (54, 58)))
};

/// One packet to everybody, that nobody answers.
pub(crate) const ANNOUNCEMENT: Exchange =
    Exchange::of((1, 40), load((1, 1), (130, 260)), load((0, 0), (0, 0)));
