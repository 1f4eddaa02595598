use weir_decode::{FlowTuple, State};

/// What a row adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Flows that began or were denied.
    pub flows_started: i64,
    /// Flows that ended.
    pub flows_completed: i64,
    /// Packets from source to destination.
    pub packets_src_to_dest: i64,
    /// Bytes from source to destination.
    pub bytes_src_to_dest: i64,
    /// Packets from destination to source.
    pub packets_dest_to_src: i64,
    /// Bytes from destination to source.
    pub bytes_dest_to_src: i64,
    /// Raw records that held a tuple of the row.
    pub records: i64,
    /// Smallest tuple time, milliseconds since the Unix epoch.
    pub first_millis: i64,
    /// Largest tuple time.
    pub last_millis: i64,
}

impl Counters {
    /// The counters of one tuple. `new_record` tells whether its record is a further one for the row.
    pub fn of(tuple: &FlowTuple, new_record: bool) -> Self {
        // The decoder lets no counter through that is beyond i64.
        Counters {
            flows_started: i64::from(matches!(tuple.state, State::Begin | State::Deny | State::Unstated)),
            flows_completed: i64::from(tuple.state == State::End),
            packets_src_to_dest: tuple.packets_src_to_dest as i64,
            bytes_src_to_dest: tuple.bytes_src_to_dest as i64,
            packets_dest_to_src: tuple.packets_dest_to_src as i64,
            bytes_dest_to_src: tuple.bytes_dest_to_src as i64,
            records: i64::from(new_record),
            first_millis: tuple.time_millis,
            last_millis: tuple.time_millis,
        }
    }

    /// Adds a tuple, as [`Counters::of`] counts it; false, and nothing is added, when a sum would not fit.
    #[inline]
    #[must_use]
    pub fn add_tuple(&mut self, tuple: &FlowTuple, new_record: bool) -> bool {
        let one = Counters::of(tuple, new_record);
        let sums = [
            self.packets_src_to_dest.wrapping_add(one.packets_src_to_dest),
            self.bytes_src_to_dest.wrapping_add(one.bytes_src_to_dest),
            self.packets_dest_to_src.wrapping_add(one.packets_dest_to_src),
            self.bytes_dest_to_src.wrapping_add(one.bytes_dest_to_src),
        ];
        // Neither addend is negative, so that a sum beyond i64 is. Flows and records are fewer than bytes of logs.
        if sums.iter().fold(0, |any, sum| any | sum) < 0 {
            return false;
        }
        [
            self.packets_src_to_dest,
            self.bytes_src_to_dest,
            self.packets_dest_to_src,
            self.bytes_dest_to_src,
        ] = sums;
        self.flows_started += one.flows_started;
        self.flows_completed += one.flows_completed;
        self.records += one.records;
        self.first_millis = self.first_millis.min(one.first_millis);
        self.last_millis = self.last_millis.max(one.last_millis);
        true
    }

    /// Both together; nothing when a sum would not fit, so that the caller keeps them apart.
    pub fn add(&self, other: &Counters) -> Option<Counters> {
        Some(Counters {
            flows_started: self.flows_started.checked_add(other.flows_started)?,
            flows_completed: self.flows_completed.checked_add(other.flows_completed)?,
            packets_src_to_dest: self.packets_src_to_dest.checked_add(other.packets_src_to_dest)?,
            bytes_src_to_dest: self.bytes_src_to_dest.checked_add(other.bytes_src_to_dest)?,
            packets_dest_to_src: self.packets_dest_to_src.checked_add(other.packets_dest_to_src)?,
            bytes_dest_to_src: self.bytes_dest_to_src.checked_add(other.bytes_dest_to_src)?,
            records: self.records.checked_add(other.records)?,
            first_millis: self.first_millis.min(other.first_millis),
            last_millis: self.last_millis.max(other.last_millis),
        })
    }
}
