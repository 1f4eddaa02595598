use std::cmp::Ordering;

use weir_decode::Address;
use weir_reduce::{FlowKey, ReducedFlow};

/// Puts rows in the order of their table, by the text of source and destination, and adds up rows of one key.
pub(crate) fn arrange(mut flows: Vec<ReducedFlow>) -> Vec<ReducedFlow> {
    flows.sort_unstable_by(|a, b| order(&a.key, &b.key));
    let mut arranged: Vec<ReducedFlow> = Vec::with_capacity(flows.len());
    for flow in flows {
        if let Some(last) = arranged.last_mut()
            && last.key == flow.key
            && let Some(sum) = last.counters.add(&flow.counters)
        {
            last.counters = sum;
        } else {
            arranged.push(flow);
        }
    }
    arranged
}

fn order(a: &FlowKey, b: &FlowKey) -> Ordering {
    let rest = |key: &FlowKey| {
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
    };
    by_text(a.src_ip, b.src_ip)
        .then_with(|| by_text(a.dest_ip, b.dest_ip))
        .then_with(|| rest(a).cmp(&rest(b)))
}

/// Compares addresses as their texts compare, which is how readers prune by them.
fn by_text(a: Address, b: Address) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    match (a.ipv4(), b.ipv4()) {
        (Some(a), Some(b)) => dotted(a).cmp(&dotted(b)),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

/// The text of an IPv4 address, at most 15 characters, as a number that compares as the text does.
fn dotted(number: u32) -> u128 {
    let mut text = 0_u128;
    let mut length = 0;
    let mut push = |byte: u8| {
        text = text << 8 | u128::from(byte);
        length += 1;
    };
    for (place, octet) in number.to_be_bytes().into_iter().enumerate() {
        if place > 0 {
            push(b'.');
        }
        if octet >= 100 {
            push(b'0' + octet / 100);
        }
        if octet >= 10 {
            push(b'0' + octet / 10 % 10);
        }
        push(b'0' + octet % 10);
    }
    text << (8 * (16 - length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stand_in_the_order_of_their_texts() {
        let texts =
            ["1.1.1.1", "10.0.0.10", "10.0.0.2", "10.0.0.255", "100.0.0.1", "2.0.0.0", "9.9.9.9", "fd00::1"];
        let addresses = texts.map(|text| Address::parse(text.as_bytes()).unwrap());
        assert!(addresses.is_sorted_by(|a, b| by_text(*a, *b).is_lt()));
        assert!(texts.is_sorted());
    }
}
