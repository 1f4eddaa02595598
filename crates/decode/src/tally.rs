use crate::{FlowTuple, State};

/// Why something was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// A tuple with fewer fields than its kind has.
    TooFewFields,
    /// A tuple with something behind its last field.
    SurplusFields,
    /// A tuple of the other generation of logs than its record.
    OtherGeneration,
    /// A tuple whose time is no number or lies outside the years 1970 to 9999.
    BadTime,
    /// A tuple whose source or destination is no IP address.
    BadAddress,
    /// A tuple with a port that is no number up to 65535.
    BadPort,
    /// A tuple whose protocol is neither a letter known nor a number up to 255.
    BadProtocol,
    /// A tuple whose direction is neither `I` nor `O`.
    BadDirection,
    /// A tuple whose decision is neither `A` nor `D`.
    BadDecision,
    /// A tuple in a state that is none of `B`, `C`, `E`, `D`.
    BadState,
    /// A tuple without a word for its encryption.
    BadEncryption,
    /// A tuple with a counter that is no number up to 2^63 - 1.
    BadCounter,
    /// An element of `flowTuples` that is no string.
    NotText,
    /// A record of another category than flow events.
    UnknownCategory,
    /// A record of a version that is not known, or without one.
    UnknownVersion,
    /// A record without a readable time.
    BadRecordTime,
    /// A record whose layout is not that of its category.
    BadLayout,
    /// A record that is no JSON.
    BadJson,
    /// A record larger than the limit.
    TooLarge,
}

impl Reason {
    /// All of them, in the order of [`Reason::index`].
    pub const ALL: [Reason; 19] = [
        Reason::TooFewFields,
        Reason::SurplusFields,
        Reason::OtherGeneration,
        Reason::BadTime,
        Reason::BadAddress,
        Reason::BadPort,
        Reason::BadProtocol,
        Reason::BadDirection,
        Reason::BadDecision,
        Reason::BadState,
        Reason::BadEncryption,
        Reason::BadCounter,
        Reason::NotText,
        Reason::UnknownCategory,
        Reason::UnknownVersion,
        Reason::BadRecordTime,
        Reason::BadLayout,
        Reason::BadJson,
        Reason::TooLarge,
    ];

    /// Its place in [`Reason::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Reason::TooFewFields => "too few fields",
            Reason::SurplusFields => "surplus fields",
            Reason::OtherGeneration => "tuple of another generation",
            Reason::BadTime => "bad time",
            Reason::BadAddress => "bad address",
            Reason::BadPort => "bad port",
            Reason::BadProtocol => "bad protocol",
            Reason::BadDirection => "bad direction",
            Reason::BadDecision => "bad decision",
            Reason::BadState => "bad state",
            Reason::BadEncryption => "bad encryption",
            Reason::BadCounter => "bad counter",
            Reason::NotText => "tuple is no text",
            Reason::UnknownCategory => "unknown category",
            Reason::UnknownVersion => "unknown version",
            Reason::BadRecordTime => "bad record time",
            Reason::BadLayout => "bad record layout",
            Reason::BadJson => "bad json",
            Reason::TooLarge => "record too large",
        }
    }
}

/// What was seen in a blob, and what became of it.
///
/// Tuples in = [`Tally::tuples`] + [`Tally::tuples_discarded`], always.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records delivered.
    pub records: u64,
    /// Tuples delivered, by state: begin, continuing, end, deny, unstated.
    pub tuples_by_state: [u64; 5],
    /// Tuples delivered that were denied, whatever their state.
    pub tuples_denied: u64,
    /// Sum over the tuples delivered.
    pub packets_src_to_dest: u128,
    /// Sum over the tuples delivered.
    pub bytes_src_to_dest: u128,
    /// Sum over the tuples delivered.
    pub packets_dest_to_src: u128,
    /// Sum over the tuples delivered.
    pub bytes_dest_to_src: u128,
    /// Tuples not used, those of records not used included.
    pub discarded_tuples: [u64; Reason::ALL.len()],
    /// Records not used.
    pub discarded_records: [u64; Reason::ALL.len()],
    /// Time of the first and last record delivered, microseconds since the Unix epoch.
    pub record_times: Option<(i64, i64)>,
}

impl Tally {
    /// Tuples delivered.
    pub fn tuples(&self) -> u64 {
        self.tuples_by_state.iter().sum()
    }

    /// Tuples not used.
    pub fn tuples_discarded(&self) -> u64 {
        self.discarded_tuples.iter().sum()
    }

    /// Records not used.
    pub fn records_discarded(&self) -> u64 {
        self.discarded_records.iter().sum()
    }

    pub(crate) fn add_tuple(&mut self, tuple: &FlowTuple) {
        self.tuples_by_state[tuple.state as usize] += 1;
        self.tuples_denied += tuple.decision as u64;
        for (sum, part) in [
            (&mut self.packets_src_to_dest, tuple.packets_src_to_dest),
            (&mut self.bytes_src_to_dest, tuple.bytes_src_to_dest),
            (&mut self.packets_dest_to_src, tuple.packets_dest_to_src),
            (&mut self.bytes_dest_to_src, tuple.bytes_dest_to_src),
        ] {
            *sum += u128::from(part);
        }
    }

    pub(crate) fn add_record_time(&mut self, time_micros: i64) {
        self.record_times = Some(self.record_times.map_or((time_micros, time_micros), |(first, last)| {
            (first.min(time_micros), last.max(time_micros))
        }));
    }

    /// Adds what another blob, or another piece of it, held.
    pub fn merge(&mut self, other: &Tally) {
        self.records += other.records;
        self.tuples_denied += other.tuples_denied;
        for (sum, part) in self.tuples_by_state.iter_mut().zip(other.tuples_by_state) {
            *sum += part;
        }
        for (sum, part) in self.discarded_tuples.iter_mut().zip(other.discarded_tuples) {
            *sum += part;
        }
        for (sum, part) in self.discarded_records.iter_mut().zip(other.discarded_records) {
            *sum += part;
        }
        for (sum, part) in [
            (&mut self.packets_src_to_dest, other.packets_src_to_dest),
            (&mut self.bytes_src_to_dest, other.bytes_src_to_dest),
            (&mut self.packets_dest_to_src, other.packets_dest_to_src),
            (&mut self.bytes_dest_to_src, other.bytes_dest_to_src),
        ] {
            *sum += part;
        }
        for time in other.record_times.into_iter().flat_map(|(first, last)| [first, last]) {
            self.add_record_time(time);
        }
    }
}

impl State {
    /// All of them, in the order of [`Tally::tuples_by_state`].
    pub const ALL: [State; 5] = [State::Begin, State::Continuing, State::End, State::Deny, State::Unstated];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            State::Begin => "begin",
            State::Continuing => "continuing",
            State::End => "end",
            State::Deny => "deny",
            State::Unstated => "unstated",
        }
    }
}
