//! One text of a list of threats: an address, a prefix, an address with a port, a page, a name.

use std::borrow::Cow;

use weir_decode::Address;

use crate::AddressRange;

/// What a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// Addresses; a page there and a port, where it has them.
    Addresses(AddressRange, Option<String>, Option<u16>),
    /// A host, or a page at one.
    Host,
    /// Nothing of use.
    Nothing,
}

/// Reads a text as people pass it on, also one that was made harmless: `hxxp://192[.]0[.]2[.]1/x`.
pub(super) fn named(text: &str) -> Named {
    let text = harmful(text.trim().trim_matches(['"', '\'']));
    if let Some(range) = AddressRange::parse(&text) {
        return Named::Addresses(range, None, None);
    }
    if text.contains("://") {
        return page(&text);
    }
    if let Some((host, port)) = text.rsplit_once(':')
        && let Ok(port) = port.parse::<u16>()
    {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        return match Address::parse(host.as_bytes()) {
            Some(address) => Named::Addresses(AddressRange::single(address), None, Some(port)),
            None => host_or_nothing(host),
        };
    }
    host_or_nothing(&text)
}

fn page(text: &str) -> Named {
    let Ok(url) = url::Url::parse(text) else { return Named::Nothing };
    let address = match url.host() {
        Some(url::Host::Ipv4(address)) => Address::from_ipv4(address.to_bits()),
        Some(url::Host::Ipv6(address)) => Address::from_ipv6(address.to_bits()),
        Some(url::Host::Domain(_)) => return Named::Host,
        None => return Named::Nothing,
    };
    Named::Addresses(AddressRange::single(address), Some(text.to_owned()), url.port_or_known_default())
}

fn host_or_nothing(text: &str) -> Named {
    let name = text.split('/').next().unwrap_or(text).trim_end_matches('.');
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '*'))
    };
    // The last part of a name has a letter; an address that is none has not.
    let last = name.rsplit('.').next().unwrap_or("");
    match name.contains('.') && name.split('.').all(plain) && last.chars().any(char::is_alphabetic) {
        true => Named::Host,
        false => Named::Nothing,
    }
}

fn harmful(text: &str) -> Cow<'_, str> {
    let hidden = text.contains(['[', '(', '{'])
        || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("hxxp"));
    if !hidden {
        return text.into();
    }
    let mut text = text.to_owned();
    for dot in ["[.]", "(.)", "{.}", "[dot]", "(dot)"] {
        text = text.replace(dot, ".");
    }
    text = text.replace("[:]", ":").replace("[://]", "://");
    match text.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("hxxp") => format!("http{}", &text[4..]).into(),
        _ => text.into(),
    }
}

/// Whether so much of the internet is meant that it would make nearly every flow a threat. Lists of unassigned addresses
/// have `224.0.0.0/3`.
pub(super) fn is_too_wide(range: AddressRange) -> bool {
    match range {
        AddressRange::Four(first, last) => last - first > u32::MAX >> 3,
        AddressRange::Six(first, last) => last - first > u128::MAX >> 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_lists() {
        let addresses = |range: &str, page: Option<&str>, port| {
            Named::Addresses(AddressRange::parse(range).unwrap(), page.map(str::to_owned), port)
        };
        for (text, expected) in [
            ("192.0.2.1", addresses("192.0.2.1", None, None)),
            ("\"192.0.2.0/24\"", addresses("192.0.2.0/24", None, None)),
            ("192[.]0[.]2[.]1", addresses("192.0.2.1", None, None)),
            ("192.0.2.1:443", addresses("192.0.2.1", None, Some(443))),
            ("[2001:db8::1]:443", addresses("2001:db8::1", None, Some(443))),
            ("2001:db8::1", addresses("2001:db8::1", None, None)),
            ("hxxp://192.0.2.1:8080/x", addresses("192.0.2.1", Some("http://192.0.2.1:8080/x"), Some(8080))),
            ("https://[2001:db8::1]/", addresses("2001:db8::1", Some("https://[2001:db8::1]/"), Some(443))),
            ("example.org", Named::Host),
            ("example[.]org:8080", Named::Host),
            ("http://example.org/x", Named::Host),
            ("bücher.example", Named::Host),
            ("*.example.org", Named::Host),
            ("192.0.2.256", Named::Nothing),
            ("192.0.2", Named::Nothing),
            ("", Named::Nothing),
            ("word", Named::Nothing),
            ("http://", Named::Nothing),
            ("é", Named::Nothing),
            ("hxé", Named::Nothing),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn half_the_internet_is_no_indicator() {
        for (range, wide) in [
            ("0.0.0.0/0", true),
            ("0.0.0.0/2", true),
            ("224.0.0.0/3", false),
            ("::/0", true),
            ("2000::/8", false),
        ] {
            assert_eq!(is_too_wide(AddressRange::parse(range).unwrap()), wide, "{range}");
        }
    }
}
