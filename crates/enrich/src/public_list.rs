//! The lists of `SrcPublicIps` and `DestPublicIps`: public addresses, each with its counters.
//!
//! `ip|started|ended|outPackets|inPackets|outBytes|inBytes`, entries apart by a space, those of most bytes first. Out is
//! from source to destination, whatever the direction of the flow; denied flows count as started.
//!
//! Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema>

use std::cmp::Reverse;
use std::fmt::Write;

use weir_decode::{Address, dotted};

/// An address of a list, with its counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The address.
    pub address: Address,
    /// Flows that began or were denied.
    pub flows_started: i64,
    /// Flows that ended.
    pub flows_completed: i64,
    /// Packets from source to destination.
    pub packets_src_to_dest: i64,
    /// Packets from destination to source.
    pub packets_dest_to_src: i64,
    /// Bytes from source to destination.
    pub bytes_src_to_dest: i64,
    /// Bytes from destination to source.
    pub bytes_dest_to_src: i64,
}

impl Entry {
    /// Reads an entry; nothing where it is none.
    pub fn parse(text: &str) -> Option<Entry> {
        let mut fields = text.split('|');
        let address = Address::parse(fields.next()?.as_bytes())?;
        let mut number = || fields.next()?.parse().ok();
        let entry = Entry {
            address,
            flows_started: number()?,
            flows_completed: number()?,
            packets_src_to_dest: number()?,
            packets_dest_to_src: number()?,
            bytes_src_to_dest: number()?,
            bytes_dest_to_src: number()?,
        };
        fields.next().is_none().then_some(entry)
    }

    /// Adds the counters of an entry of the same address; false, and nothing is added, when a sum would not fit.
    #[must_use]
    pub fn add(&mut self, other: &Entry) -> bool {
        let sum = || {
            Some(Entry {
                address: self.address,
                flows_started: self.flows_started.checked_add(other.flows_started)?,
                flows_completed: self.flows_completed.checked_add(other.flows_completed)?,
                packets_src_to_dest: self.packets_src_to_dest.checked_add(other.packets_src_to_dest)?,
                packets_dest_to_src: self.packets_dest_to_src.checked_add(other.packets_dest_to_src)?,
                bytes_src_to_dest: self.bytes_src_to_dest.checked_add(other.bytes_src_to_dest)?,
                bytes_dest_to_src: self.bytes_dest_to_src.checked_add(other.bytes_dest_to_src)?,
            })
        };
        match sum() {
            Some(sum) => {
                *self = sum;
                true
            }
            None => false,
        }
    }

    /// Its place in a list: the smallest stands first.
    pub(crate) fn rank(&self) -> (Reverse<i128>, Address) {
        let bytes = i128::from(self.bytes_src_to_dest) + i128::from(self.bytes_dest_to_src);
        (Reverse(bytes), self.address)
    }
}

/// Reads a list; what is no entry is passed over.
pub fn parse(list: &str) -> impl Iterator<Item = Entry> + '_ {
    list.split(' ').filter_map(Entry::parse)
}

/// Adds up the entries of each address and puts them in the order of a list.
pub fn merge(entries: &mut Vec<Entry>) {
    entries.sort_unstable_by_key(|entry| entry.address);
    entries.dedup_by(|next, last| next.address == last.address && last.add(next));
    entries.sort_by_key(Entry::rank);
}

/// Writes a list behind what is in `out`.
pub fn write<'a>(entries: impl IntoIterator<Item = &'a Entry>, out: &mut String) {
    let mut digits = itoa::Buffer::new();
    for (place, entry) in entries.into_iter().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        match entry.address.ipv4() {
            Some(number) => out.push_str(dotted(number, &mut [0; 15])),
            None => {
                // Writing to a text does not fail.
                let _ = write!(out, "{}", entry.address);
            }
        }
        for counter in [
            entry.flows_started,
            entry.flows_completed,
            entry.packets_src_to_dest,
            entry.packets_dest_to_src,
            entry.bytes_src_to_dest,
            entry.bytes_dest_to_src,
        ] {
            out.push('|');
            out.push_str(digits.format(counter));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back_in_its_order() {
        let text = "192.0.2.9|1|1|5|4|900|80 2001:db8::1|0|0|1|1|60|60 192.0.2.10|2|0|0|0|0|0 192.0.2.11|1|0|0|0|0|0";
        let mut entries: Vec<Entry> = parse(text).collect();
        assert_eq!(entries.len(), 4);
        entries.reverse();
        merge(&mut entries);
        let mut written = String::new();
        write(&entries, &mut written);
        assert_eq!(written, text);
    }

    #[test]
    fn entries_of_an_address_add_up() {
        let mut entries: Vec<Entry> =
            parse("192.0.2.1|1|0|1|2|10|20 192.0.2.2|1|1|1|1|100|0 192.0.2.1|0|1|3|4|30|50").collect();
        merge(&mut entries);
        let mut written = String::new();
        write(&entries, &mut written);
        assert_eq!(written, "192.0.2.1|1|1|4|6|40|70 192.0.2.2|1|1|1|1|100|0");
    }

    #[test]
    fn what_is_no_entry_is_passed_over() {
        for text in [
            "",
            " ",
            "192.0.2.1",
            "192.0.2.1|1|0|1|2|10",
            "192.0.2.1|1|0|1|2|10|20|30",
            "x|1|0|1|2|10|20",
            "|",
        ] {
            assert_eq!(parse(text).count(), 0, "{text:?}");
        }
    }

    #[test]
    fn sums_that_do_not_fit_stay_apart() {
        let mut entries: Vec<Entry> =
            parse(&format!("192.0.2.1|1|0|1|1|{0}|0 192.0.2.1|1|0|1|1|{0}|0", i64::MAX)).collect();
        merge(&mut entries);
        assert_eq!(entries.len(), 2);
    }
}
