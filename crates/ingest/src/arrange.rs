use std::cmp::Ordering;

use weir_decode::{Address, dotted};
use weir_reduce::{FlowKey, ReducedFlow};
use weir_table::beginning;

/// Puts rows in the order of their table, by the text of source and destination, and adds up rows of one key.
pub(crate) fn arrange(flows: Vec<ReducedFlow>) -> Vec<ReducedFlow> {
    let mut flows = sort(flows, |flow| flow);
    flows.dedup_by(|next, last| match last.counters.add(&next.counters) {
        Some(sum) if last.key == next.key => {
            last.counters = sum;
            true
        }
        _ => false,
    });
    flows
}

/// Puts rows in the order of their table.
///
/// Sorted are the beginnings of the texts, each made once, and not the rows, which are larger and move once.
pub(crate) fn sort<T>(mut rows: Vec<T>, flow: impl Fn(&T) -> &ReducedFlow) -> Vec<T> {
    let beginnings = |(number, row): (usize, &T)| {
        let key = &flow(row).key;
        // A part has fewer than 2³² rows.
        (beginning_of(key.src_ip), beginning_of(key.dest_ip), number as u32)
    };
    let mut order: Vec<(u128, u128, u32)> = rows.iter().enumerate().map(beginnings).collect();
    order.sort_unstable_by(|a, b| {
        let (one, other) = (&flow(&rows[a.2 as usize]).key, &flow(&rows[b.2 as usize]).key);
        (a.0.cmp(&b.0).then_with(|| ending(one.src_ip, other.src_ip)))
            .then_with(|| a.1.cmp(&b.1))
            .then_with(|| ending(one.dest_ip, other.dest_ip))
            .then_with(|| rest(one).cmp(&rest(other)))
    });
    let mut order: Vec<u32> = order.into_iter().map(|(_, _, row)| row).collect();
    for place in 0..order.len() {
        let mut row = order[place] as usize;
        // What stood there has moved on, to where its own place was looked up before.
        while row < place {
            row = order[row] as usize;
        }
        order[place] = row as u32;
        rows.swap(place, row);
    }
    rows
}

/// What tells rows of the same two addresses apart.
fn rest(key: &FlowKey) -> impl Ord {
    (
        key.interval,
        key.dest_port,
        key.protocol,
        key.source,
        key.rule,
        key.direction as u8,
        key.decision as u8,
        key.encryption,
    )
}

/// The beginning of an address's text; that of an IPv4 address is all of it.
pub(crate) fn beginning_of(address: Address) -> u128 {
    match address.ipv4() {
        Some(number) => beginning(dotted(number, &mut [0; 15])),
        None => beginning(&address.to_string()),
    }
}

/// Compares the texts of two addresses that begin alike.
fn ending(a: Address, b: Address) -> Ordering {
    if a == b || a.ipv4().is_some() && b.ipv4().is_some() {
        return a.cmp(&b);
    }
    a.to_string().cmp(&b.to_string())
}

#[cfg(test)]
mod tests {
    use weir_decode::{Decision, Direction};
    use weir_reduce::{Counters, IntervalNumber, RuleId, SourceId, WordId};

    use super::*;

    fn flow(src: &str, dest: &str, port: u16) -> ReducedFlow {
        let address = |text: &str| Address::parse(text.as_bytes()).unwrap();
        ReducedFlow {
            key: FlowKey {
                src_ip: address(src),
                dest_ip: address(dest),
                interval: IntervalNumber(7),
                source: SourceId(0),
                rule: RuleId(0),
                dest_port: port,
                protocol: 6,
                direction: Direction::Inbound,
                decision: Decision::Allowed,
                encryption: WordId(2),
            },
            counters: Counters {
                flows_started: 1,
                flows_completed: 0,
                packets_src_to_dest: 2,
                bytes_src_to_dest: 3,
                packets_dest_to_src: 4,
                bytes_dest_to_src: 5,
                records: 1,
                first_millis: 6,
                last_millis: 7,
            },
        }
    }

    #[test]
    fn rows_stand_in_the_order_of_their_texts_and_each_key_once() {
        let texts = [
            "1.1.1.1",
            "10.0.0.10",
            "10.0.0.2",
            "10.0.0.255",
            "100.0.0.1",
            "2.0.0.0",
            "2001:db8:1:2:3:4:5:10",
            "2001:db8:1:2:3:4:5:6",
            "9.9.9.9",
            "fd00::1",
        ];
        assert!(texts.is_sorted());
        let mut flows = Vec::new();
        for round in 0..7_usize {
            // Every pair once a round, each time in another order.
            for step in 0..texts.len() * texts.len() {
                let pair = (step * 37 + round * 11) % (texts.len() * texts.len());
                let (src, dest) = (texts[pair / texts.len()], texts[pair % texts.len()]);
                flows.push(flow(src, dest, 443 + (pair % 2) as u16));
            }
        }
        let arranged = arrange(flows);
        assert_eq!(arranged.len(), texts.len() * texts.len());
        let seen: Vec<_> =
            arranged.iter().map(|f| (f.key.src_ip.to_string(), f.key.dest_ip.to_string())).collect();
        assert!(seen.is_sorted());
        assert!(arranged.iter().all(|f| f.counters.bytes_src_to_dest == 21 && f.counters.records == 7));
    }
}
