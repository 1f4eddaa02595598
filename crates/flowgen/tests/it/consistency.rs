//! A flow between two logged machines reads the same at both.

use std::collections::HashMap;

use weir_flowgen::LogFormat;

use crate::read::{blobs, generate, hours, tuple};

/// What one machine logged of a flow.
#[derive(Default, Debug, Clone, PartialEq)]
struct Logged {
    begins_ms: Vec<i64>,
    ends_ms: Vec<i64>,
    counts: [u64; 4],
}

/// Source, destination, source port, destination port.
type Key = (String, String, u16, u16);

fn by_direction(length: u32) -> [HashMap<Key, Logged>; 2] {
    let (folder, _) = generate(&hours(length, LogFormat::VnetV4));
    let mut logged = [HashMap::new(), HashMap::new()];
    for blob in blobs(folder.path()) {
        for record in blob.records() {
            for text in record.groups.iter().flat_map(|group| &group.tuples) {
                let tuple = tuple(text, record.version);
                if tuple.denied {
                    continue;
                }
                let key =
                    (tuple.source.to_owned(), tuple.target.to_owned(), tuple.source_port, tuple.target_port);
                let flow: &mut Logged = logged[usize::from(tuple.direction == 'I')].entry(key).or_default();
                match tuple.state {
                    Some('B') => flow.begins_ms.push(tuple.time_ms),
                    Some('E') => flow.ends_ms.push(tuple.time_ms),
                    _ => {}
                }
                for (sum, count) in flow.counts.iter_mut().zip(tuple.counts) {
                    *sum += count;
                }
            }
        }
    }
    logged
}

#[test]
fn both_ends_log_each_flow() {
    let [mut outbound, mut inbound] = by_direction(4);
    let logged = |address: &str| {
        (address.starts_with("10.1.") || address.starts_with("10.2.")) && address != "10.1.1.90"
    };
    outbound.retain(|(source, target, ..), _| logged(source) && logged(target));
    // What came through the load balancer has the frontend as destination at its source.
    inbound.retain(|(source, ..), _| logged(source));
    let (mut same, mut differ, mut missing) = (0, 0, 0);
    for (key, sent) in &outbound {
        let Some(seen) = inbound.get(key) else {
            missing += 1;
            continue;
        };
        // Flows that the span cuts, or whose port came round again, are left out.
        if sent.begins_ms.len() != 1
            || sent.ends_ms.len() != 1
            || seen.begins_ms.len() != 1
            || seen.ends_ms.len() != 1
        {
            continue;
        }
        for (one, other) in [(&sent.begins_ms, &seen.begins_ms), (&sent.ends_ms, &seen.ends_ms)] {
            assert!((0..=3).contains(&(other[0] - one[0])), "{key:?}: {sent:?} and {seen:?}");
        }
        assert!(
            seen.counts[0] <= sent.counts[0] && seen.counts[2] == sent.counts[2],
            "{key:?}: {sent:?}, {seen:?}"
        );
        if seen.counts == sent.counts { same += 1 } else { differ += 1 }
    }
    assert!(same > 1_500, "{same} flows agree");
    assert!(differ > 0 && differ < same / 20, "{differ} of {same} flows differ slightly");
    assert!(missing < same / 100, "{missing} flows are logged at the source alone");
}

/// Each host cuts a session at its own moments, so the two ends differ by minutes at the edges of the span.
#[test]
fn sessions_add_up_at_both_ends() {
    let [outbound, inbound] = by_direction(24);
    let mut sessions = 0;
    for (key, sent) in outbound.iter().filter(|((.., port), _)| matches!(port, 5022 | 6379)) {
        let seen = &inbound[key];
        for (one, other) in sent.counts.iter().zip(seen.counts) {
            assert!(one.abs_diff(other) < one / 30, "{key:?}: {sent:?} and {seen:?}");
        }
        assert!(sent.begins_ms.is_empty() && sent.counts[1] > 10_000_000);
        sessions += 1;
    }
    // Two databases copy, two application servers hold two connections to the cache.
    assert_eq!(sessions, 2 + 4);
}

#[test]
fn the_source_sees_the_frontend_and_the_backend_itself() {
    let [outbound, inbound] = by_direction(3);
    let through: Vec<&Key> = outbound.keys().filter(|(_, target, ..)| target == "10.1.1.90").collect();
    assert!(through.len() > 100);
    let arrived = through.iter().filter(|(source, _, source_port, port)| {
        ["10.1.1.68", "10.1.1.69", "10.1.1.70", "10.1.1.71"].iter().any(|backend| {
            inbound.contains_key(&(source.clone(), (*backend).to_owned(), *source_port, *port))
        })
    });
    assert!(arrived.count() * 100 > through.len() * 98);
    assert!(!inbound.keys().any(|(_, target, ..)| target == "10.1.1.90"), "nobody receives as the frontend");
}
