//! Blobs of all generations, in pieces of any size: nothing panics, every tuple is reduced or discarded, and pieces do not
//! matter.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir_decode::{DecodedRecord, Decoder, Discarded, Limits, RecordSink, Tally};
use weir_reduce::{Interval, Reducer};

/// Reduces, and counts what passes.
struct Counted {
    reducer: Reducer,
    records: u64,
    tuples: u64,
    bytes: u128,
    discarded: u64,
}

impl RecordSink for Counted {
    fn record(&mut self, record: &DecodedRecord<'_>) {
        self.records += 1;
        self.tuples += record.tuples.len() as u64;
        self.bytes += record.tuples.iter().map(|tuple| u128::from(tuple.bytes_src_to_dest)).sum::<u128>();
        self.reducer.record(record);
    }

    fn discarded(&mut self, _: &Discarded<'_>) {
        self.discarded += 1;
    }
}

/// Decodes bytes in pieces of this size.
fn decode(bytes: &[u8], piece: usize) -> (Tally, u64, u64) {
    let mut sink =
        Counted { reducer: Reducer::new(Interval::HOUR), records: 0, tuples: 0, bytes: 0, discarded: 0 };
    let mut decoder = Decoder::new(Limits { record_bytes_max: 4096 });
    let (mut start, mut end) = (0, 0);
    loop {
        end = (end + piece).min(bytes.len());
        let last = end == bytes.len();
        let consumed = decoder.feed(&bytes[start..end], last, &mut sink);
        assert!(consumed <= end - start);
        start += consumed;
        if last {
            break;
        }
    }
    let tally = decoder.tally().clone();
    assert!(decoder.position() <= bytes.len() as u64);
    assert_eq!((tally.records, tally.tuples()), (sink.records, sink.tuples));
    assert_eq!(tally.bytes_src_to_dest, sink.bytes);
    assert_eq!(decoder.records(), tally.records + tally.records_discarded());
    assert!(sink.discarded >= tally.records_discarded());
    let (flows, _) = sink.reducer.finish();
    let reduced: i128 = flows.iter().map(|flow| i128::from(flow.counters.bytes_src_to_dest)).sum();
    assert_eq!(u128::try_from(reduced), Ok(sink.bytes));
    (tally, decoder.records(), decoder.position())
}

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let whole = decode(bytes, bytes.len().max(1));
    // A record that is too large is given up where a piece shows it: only without such are pieces of no matter.
    if bytes.len() <= 4096 {
        let pieces = decode(bytes, usize::from(*first) + 1);
        assert_eq!((whole.0.records, whole.0.tuples()), (pieces.0.records, pieces.0.tuples()));
        assert_eq!(whole.2, pieces.2);
    }
});
