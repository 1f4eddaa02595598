//! Lists in cells that add up when rows do: public addresses with their counters, service tags with their addresses.

use std::collections::HashMap;

use weir_enrich::public_list::{self, Entry};

/// Adds up lists of `ip|started|ended|packets out|packets in|bytes out|bytes in`, entries apart by a space: one entry an
/// address, those of most bytes first, then by address.
///
/// What is no entry stays as it is, at the end, once.
pub(super) fn public_ips<'a>(lists: impl Iterator<Item = &'a str>) -> String {
    let (mut entries, mut others) = (Vec::new(), Vec::new());
    for text in lists.flat_map(str::split_ascii_whitespace) {
        match Entry::parse(text) {
            Some(entry) => entries.push(entry),
            None if !others.contains(&text) => others.push(text),
            None => {}
        }
    }
    public_list::merge(&mut entries);
    let mut list = String::new();
    public_list::write(&entries, &mut list);
    for other in others {
        if !list.is_empty() {
            list.push(' ');
        }
        list.push_str(other);
    }
    list
}

/// Unites lists of `address address|tag address|tag`: each tag once, each of its addresses once.
///
/// Addresses stand in the order of `public_ips`, a list of theirs; tags in the order of their first address.
pub(super) fn service_tags<'a>(lists: impl Iterator<Item = &'a str>, public_ips: &str) -> String {
    let mut tags: HashMap<&str, &str> = HashMap::new();
    let mut addresses: Vec<&str> = Vec::new();
    for list in lists {
        let mut waiting: Vec<&str> = Vec::new();
        for word in list.split_ascii_whitespace() {
            let (address, tag) = word.split_once('|').map_or((word, None), |(ip, tag)| (ip, Some(tag)));
            waiting.push(address);
            let Some(tag) = tag else { continue };
            for address in waiting.drain(..) {
                if tags.insert(address, tag).is_none() {
                    addresses.push(address);
                }
            }
        }
    }
    let listed = public_ips.split_ascii_whitespace().filter_map(|entry| entry.split('|').next());
    let places: HashMap<&str, usize> = listed.enumerate().map(|(place, ip)| (ip, place)).collect();
    addresses.sort_by_key(|ip| (places.get(ip).copied().unwrap_or(usize::MAX), *ip));
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for address in addresses {
        let Some(tag) = tags.get(address) else { continue };
        match groups.iter_mut().find(|(known, _)| known == tag) {
            Some((_, group)) => group.push(address),
            None => groups.push((tag, vec![address])),
        }
    }
    let groups: Vec<String> =
        groups.iter().map(|(tag, addresses)| format!("{}|{tag}", addresses.join(" "))).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_an_address_add_up_and_the_largest_stands_first() {
        let lists = ["192.0.2.1|1|0|1|2|10|20 192.0.2.2|1|1|1|1|100|0", "192.0.2.1|0|1|3|4|30|50", ""];
        assert_eq!(public_ips(lists.into_iter()), "192.0.2.1|1|1|4|6|40|70 192.0.2.2|1|1|1|1|100|0");
        let order = ["192.0.2.10|1|0|0|0|0|0 192.0.2.9|1|0|0|0|0|0", "2001:db8::1|0|0|1|1|5|5"];
        assert_eq!(
            public_ips(order.into_iter()),
            "2001:db8::1|0|0|1|1|5|5 192.0.2.9|1|0|0|0|0|0 192.0.2.10|1|0|0|0|0|0"
        );
    }

    #[test]
    fn what_is_no_entry_stays() {
        assert_eq!(public_ips(["x 192.0.2.1|1|0|0|0|0", "x"].into_iter()), "x 192.0.2.1|1|0|0|0|0");
    }

    #[test]
    fn tags_have_each_address_once() {
        let lists = ["192.0.2.1 192.0.2.2|Storage 192.0.2.9|Sql", "192.0.2.3 192.0.2.1|Storage", ""];
        let ips = "192.0.2.9|1|0|0|0|9|0 192.0.2.3|1|0|0|0|5|0 192.0.2.1|1|0|0|0|4|0 192.0.2.2|1|0|0|0|3|0";
        assert_eq!(
            service_tags(lists.into_iter(), ips),
            "192.0.2.9|Sql 192.0.2.3 192.0.2.1 192.0.2.2|Storage"
        );
    }
}
