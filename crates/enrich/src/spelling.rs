//! How the tables spell what the logs say.

use weir_decode::{Decision, Direction};

/// `TCP`, `UDP` and the like; the number where a protocol has no usual name.
pub fn l4_protocol(protocol: u8) -> std::borrow::Cow<'static, str> {
    match protocol {
        6 => "TCP".into(),
        17 => "UDP".into(),
        1 => "ICMP".into(),
        58 => "ICMPv6".into(),
        number => number.to_string().into(),
    }
}

/// The number of a protocol that [`l4_protocol`] spelled.
pub fn l4_protocol_number(word: &str) -> Option<u8> {
    match word {
        "TCP" => Some(6),
        "UDP" => Some(17),
        "ICMP" => Some(1),
        "ICMPv6" => Some(58),
        number => number.parse().ok(),
    }
}

/// The word of `FlowDirection`.
pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
    }
}

/// The word of `FlowStatus` and `Action`.
pub fn status(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allowed",
        Decision::Denied => "Denied",
    }
}

/// Twelve hex digits as pairs joined by hyphens; other text as it is.
pub fn mac_address(mac: &str) -> String {
    if mac.len() != 12 || !mac.bytes().all(|b| b.is_ascii_hexdigit()) {
        return mac.to_owned();
    }
    let mut pairs = String::with_capacity(17);
    for (i, digit) in mac.char_indices() {
        if i > 0 && i % 2 == 0 {
            pairs.push('-');
        }
        pairs.push(digit);
    }
    pairs
}

/// What [`mac_address`] made pairs of.
pub fn mac_digits(mac: &str) -> String {
    let digits: String = mac.split('-').collect();
    if mac_address(&digits) == mac { digits } else { mac.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_read_back() {
        for protocol in 0..=u8::MAX {
            assert_eq!(l4_protocol_number(&l4_protocol(protocol)), Some(protocol));
        }
        assert_eq!(l4_protocol_number("T"), None);
    }

    #[test]
    fn interfaces_read_back() {
        for mac in ["000D3A1B2C3D", "nic", ""] {
            assert_eq!(mac_digits(&mac_address(mac)), mac);
        }
    }

    #[test]
    fn interfaces_have_hyphens() {
        assert_eq!(mac_address("000D3A1B2C3D"), "00-0D-3A-1B-2C-3D");
        assert_eq!(mac_address("nic"), "nic");
    }
}
