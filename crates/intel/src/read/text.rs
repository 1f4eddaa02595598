//! What several forms have in common: text, dates, names of feeds.

use std::borrow::Cow;

use weir_value::datetime;

use super::{FindingKind, Sink};

/// Hands the bytes of a text file on as text. Bytes that are no UTF-8 are replaced: descriptions of old feeds have some.
pub(super) fn with_text(bytes: &[u8], sink: &mut Sink<'_>, read: impl FnOnce(&str, &mut Sink<'_>)) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return sink.note(FindingKind::DamagedFile, "", "it is no text: it has bytes that are zero");
    }
    let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
    read(&text, sink);
}

/// A time as feeds write it, as microseconds since the Unix epoch: a datetime, or seconds since the epoch.
pub(super) fn micros(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().ok()?.checked_mul(1_000_000);
    }
    let ticks = datetime::parse(text.strip_suffix(" UTC").unwrap_or(text))?;
    Some(datetime::to_unix_micros(ticks))
}

/// Two letters of a country in lower case; nothing for anything else.
pub(super) fn country(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| text.to_ascii_lowercase())
}

/// `city, region`, or one of them.
pub(super) fn place(city: &str, region: &str) -> String {
    match (city.trim(), region.trim()) {
        ("" | "-", "" | "-") => String::new(),
        (city, "" | "-") => city.to_owned(),
        ("" | "-", region) => region.to_owned(),
        (city, region) if city == region => city.to_owned(),
        (city, region) => format!("{city}, {region}"),
    }
}

/// The date in the name of a file, as microseconds since the Unix epoch: `20251028`, `2025-10-28`, `2024-02`.
pub fn date_in(name: &str) -> Option<i64> {
    let (start, digits) = dates(name).next()?;
    let plain: String = name[start..start + digits].chars().filter(char::is_ascii_digit).collect();
    let day = plain.get(6..8).unwrap_or("01");
    let ticks = datetime::parse(&format!("{}-{}-{day}", &plain[..4], &plain[4..6]))?;
    Some((ticks - datetime::UNIX_EPOCH) / datetime::TICKS_PER_MICROSECOND)
}

/// Where dates are in a name, and how long they are.
fn dates(name: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = name.as_bytes();
    (0..bytes.len()).filter_map(move |start| {
        if start > 0 && bytes[start - 1].is_ascii_digit() {
            return None;
        }
        let matches = |form: &str| {
            let text = bytes.get(start..start + form.len())?;
            let same = |(byte, form): (&u8, u8)| match form {
                b'd' => byte.is_ascii_digit(),
                _ => matches!(byte, b'-' | b'_' | b'.'),
            };
            let ends = bytes.get(start + form.len()).is_none_or(|byte| !byte.is_ascii_digit());
            let date = text.iter().zip(form.bytes()).all(same) && ends;
            (date && (text.starts_with(b"19") || text.starts_with(b"20"))).then_some((start, form.len()))
        };
        ["dddd-dd-dd", "dddddddd", "dddd-dd"].into_iter().find_map(matches)
    })
}

/// The name of a feed by that of a file: without its folder, its endings and its date, so that the files of a feed have
/// one name.
pub fn feed_name(file: &str) -> String {
    const ENDINGS: [&str; 14] = [
        ".gz", ".gzip", ".zst", ".zstd", ".zip", ".mmdb", ".csv", ".tsv", ".json", ".txt", ".lst", ".list",
        ".ipset", ".netset",
    ];
    let mut name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| {
        let start = name.len().checked_sub(ending.len()).filter(|start| *start > 0)?;
        name.get(start..).filter(|end| end.eq_ignore_ascii_case(ending)).map(|_| &name[..start])
    }) {
        name = shorter;
    }
    let undated = match dates(name).next() {
        Some((start, length)) => format!("{}{}", &name[..start], &name[start + length..]),
        None => name.to_owned(),
    };
    let undated = undated.trim_matches(['-', '_', '.', ' ']);
    if undated.is_empty() { name.to_owned() } else { undated.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_dates() {
        for (file, name, date) in [
            ("ServiceTags_Public_20251028.json", "ServiceTags_Public", Some("2025-10-28")),
            ("/a/b/feodo-ipblocklist-2024-04-04.csv.gz", "feodo-ipblocklist", Some("2024-04-04")),
            ("tor-exit-nodes-2024-02.lst", "tor-exit-nodes", Some("2024-02-01")),
            ("2025-12-10.json", "2025-12-10", Some("2025-12-10")),
            ("ipsum-level5.txt", "ipsum-level5", None),
            ("asn-99999999.csv", "asn-99999999", None),
            ("x-20259999.txt", "x", None),
            ("é20250101é", "éé", Some("2025-01-01")),
            (".csv", "csv", None),
            ("", "", None),
        ] {
            assert_eq!(feed_name(file), name, "{file}");
            assert_eq!(date_in(file), date.map(|date| micros(date).unwrap()), "{file}");
        }
    }

    #[test]
    fn times_are_read() {
        assert_eq!(micros("1970-01-02"), Some(86_400_000_000));
        assert_eq!(micros("1970-01-01 00:00:01 UTC"), Some(1_000_000));
        assert_eq!(micros("1603642920"), Some(1_603_642_920_000_000));
        assert_eq!(micros("2025-12-09T23:55:22.176Z"), Some(1_765_324_522_176_000));
        for text in ["", "x", "99999999999999999999"] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    #[test]
    fn places_are_put_together() {
        for (city, region, both) in [
            ("Ulm", "Baden", "Ulm, Baden"),
            ("Ulm", "", "Ulm"),
            ("-", "Baden", "Baden"),
            ("Berlin", "Berlin", "Berlin"),
        ] {
            assert_eq!(place(city, region), both);
        }
    }
}
