//! `datetime`: ticks of 100 ns since 0001-01-01T00:00:00 UTC, up to the end of the year 9999.

use crate::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

/// Ticks of 1970-01-01, the epoch of Unix time.
pub const UNIX_EPOCH: i64 = 719_162 * TICKS_PER_DAY;
/// Ticks of 0001-01-01, the smallest datetime.
pub const MIN: i64 = 0;
/// Ticks of 9999-12-31T23:59:59.9999999, the largest datetime.
pub const MAX: i64 = 3_652_059 * TICKS_PER_DAY - 1;
/// Ticks in a microsecond, the unit of stored timestamps.
pub const TICKS_PER_MICROSECOND: i64 = 10;

/// A date of the proleptic Gregorian calendar with a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// Ticks since midnight.
    pub time: i64,
}

/// `ticks` when it lies within the range of a datetime, nothing otherwise.
pub fn in_range(ticks: i64) -> Option<i64> {
    (MIN..=MAX).contains(&ticks).then_some(ticks)
}

/// Microseconds since the Unix epoch as ticks; nothing outside the years 1 to 9999.
pub fn from_unix_micros(micros: i64) -> Option<i64> {
    micros.checked_mul(TICKS_PER_MICROSECOND)?.checked_add(UNIX_EPOCH).and_then(in_range)
}

/// Ticks as whole microseconds since the Unix epoch; what is below a microsecond is left out, towards the past.
pub fn to_unix_micros(ticks: i64) -> i64 {
    (ticks - UNIX_EPOCH).div_euclid(TICKS_PER_MICROSECOND)
}

/// Days since 0001-01-01 of a date. `day` may lie outside its month and is carried over.
pub fn days_from_civil(year: i32, month: u32, day: u32) -> i64 {
    // Howard Hinnant's method: years begin in March so that the leap day comes last.
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 306
}

/// The date and time of day of a datetime.
pub fn to_civil(ticks: i64) -> Civil {
    let days = ticks.div_euclid(TICKS_PER_DAY);
    let z = days + 306;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = (if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 }) as u32;
    let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
    Civil { year, month, day, time: ticks.rem_euclid(TICKS_PER_DAY) }
}

/// The number of days in a month.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Ticks of a date and a time of day; nothing when one of them is out of range.
pub fn from_civil(year: i32, month: u32, day: u32, time: i64) -> Option<i64> {
    let valid = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && (0..TICKS_PER_DAY).contains(&time);
    valid.then(|| days_from_civil(year, month, day) * TICKS_PER_DAY + time)
}

/// Kusto's text of a datetime: seven fraction digits and `Z`.
pub fn format(ticks: i64) -> String {
    let mut text = String::with_capacity(28);
    write(&mut text, ticks);
    text
}

/// Appends what [`format()`] returns.
pub fn write(out: &mut String, ticks: i64) {
    use std::fmt::Write;
    let civil = to_civil(ticks);
    let (hour, minute, second, fraction) = clock(civil.time);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z",
        civil.year, civil.month, civil.day
    );
}

/// Hour, minute, second and the remaining ticks of a time of day.
pub fn clock(time: i64) -> (i64, i64, i64, i64) {
    (
        time / TICKS_PER_HOUR,
        time / TICKS_PER_MINUTE % 60,
        time / TICKS_PER_SECOND % 60,
        time % TICKS_PER_SECOND,
    )
}

/// Reads a datetime in any documented form; nothing when the text is none.
///
/// ISO 8601 with `T` or a blank, with or without seconds, fraction and offset; a date alone; RFC 822 and
/// RFC 850; month first with slashes, dots or hyphens (`12/31/2015`). Digits behind the seventh of a fraction are cut.
///
/// Source: <https://learn.microsoft.com/kusto/query/scalar-data-types/datetime>
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let mut cursor = Cursor::new(text);
    if text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        return parse_rfc(&mut cursor);
    }
    let first = cursor.number()?;
    match (first.digits, cursor.peek()) {
        (4, None) => from_civil(first.value as i32, 1, 1, 0),
        (4, Some(b'-' | b'/' | b'.')) => {
            let separator = cursor.next()?;
            let month = cursor.number_upto(2)?;
            if cursor.at_end() {
                return from_civil(first.value as i32, month, 1, 0);
            }
            cursor.expect(separator)?;
            let day = cursor.number_upto(2)?;
            parse_clock(&mut cursor, first.value as i32, month, day)
        }
        (1 | 2, Some(b'/' | b'.' | b'-')) => {
            let separator = cursor.next()?;
            let day = cursor.number_upto(2)?;
            cursor.expect(separator)?;
            let year = cursor.number_upto(4)? as i32;
            parse_clock(&mut cursor, year, first.value as u32, day)
        }
        (1 | 2, Some(b' ')) => {
            cursor = Cursor::new(text);
            parse_rfc(&mut cursor)
        }
        (8, _) if first.value > 10_000 => {
            let value = first.value as u32;
            parse_clock(&mut cursor, (value / 10_000) as i32, value / 100 % 100, value % 100)
        }
        _ => None,
    }
}

/// `[Sat, ]8 Nov 14 15:05:02 GMT` and `Saturday, 08-Nov-14 15:05:02 GMT`.
fn parse_rfc(cursor: &mut Cursor<'_>) -> Option<i64> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if cursor.peek().is_some_and(|b| b.is_ascii_alphabetic()) {
        let day = cursor.word().to_ascii_lowercase();
        if !DAYS.contains(&day.get(..3)?) {
            return None;
        }
        cursor.expect(b',')?;
        cursor.blanks();
    }
    let day = cursor.number_upto(2)?;
    let separator = cursor.next().filter(|b| matches!(b, b' ' | b'-'))?;
    let name = cursor.word().to_ascii_lowercase();
    let month = MONTHS.iter().position(|m| name.get(..3) == Some(m))? as u32 + 1;
    cursor.expect(separator)?;
    let year = cursor.number()?;
    let year = match year.digits {
        2 if year.value < 50 => 2000 + year.value as i32,
        2 => 1900 + year.value as i32,
        4 => year.value as i32,
        _ => return None,
    };
    parse_clock(cursor, year, month, day)
}

/// The optional rest behind a date: `T12:30:15.5+02:00`, ` 12:30 GMT`, `Z`.
fn parse_clock(cursor: &mut Cursor<'_>, year: i32, month: u32, day: u32) -> Option<i64> {
    let mut time = 0;
    if matches!(cursor.peek(), Some(b'T' | b't' | b' ')) {
        cursor.next();
        cursor.blanks();
        let hour = i64::from(cursor.number_upto(2)?);
        cursor.expect(b':')?;
        let minute = i64::from(cursor.number_upto(2)?);
        let mut second = 0;
        let mut fraction = 0;
        if cursor.peek() == Some(b':') {
            cursor.next();
            second = i64::from(cursor.number_upto(2)?);
            if matches!(cursor.peek(), Some(b'.' | b',')) {
                cursor.next();
                fraction = cursor.fraction()?;
            }
        }
        cursor.blanks();
        match cursor.peek() {
            Some(b'A' | b'a' | b'P' | b'p') if !(1..=12).contains(&hour) => return None,
            Some(b'A' | b'a') => {
                cursor.word_is("am")?;
                time -= if hour == 12 { 12 * TICKS_PER_HOUR } else { 0 };
            }
            Some(b'P' | b'p') => {
                cursor.word_is("pm")?;
                time += if hour == 12 { 0 } else { 12 * TICKS_PER_HOUR };
            }
            _ => {}
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        time += hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + fraction;
    }
    cursor.blanks();
    let offset = parse_offset(cursor)?;
    cursor.blanks();
    if !cursor.at_end() {
        return None;
    }
    in_range(from_civil(year, month, day, time)? - offset)
}

/// `Z`, `GMT`, `UTC`, `+02:00`, `-0530`, or nothing, in ticks.
fn parse_offset(cursor: &mut Cursor<'_>) -> Option<i64> {
    match cursor.peek() {
        Some(sign @ (b'+' | b'-')) => {
            cursor.next();
            let hours = cursor.digits(2)?;
            if cursor.peek() == Some(b':') {
                cursor.next();
            }
            let minutes = if cursor.at_end() { 0 } else { cursor.digits(2)? };
            let ticks = i64::from(hours) * TICKS_PER_HOUR + i64::from(minutes) * TICKS_PER_MINUTE;
            (hours <= 14 && minutes <= 59).then_some(if sign == b'-' { -ticks } else { ticks })
        }
        Some(b) if b.is_ascii_alphabetic() => {
            let zone = cursor.word();
            ["z", "gmt", "utc"].iter().any(|z| zone.eq_ignore_ascii_case(z)).then_some(0)
        }
        _ => Some(0),
    }
}

struct Number {
    value: u64,
    digits: usize,
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Cursor { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        // Both ends stand beside ASCII bytes, so they are character boundaries.
        self.text.get(start..self.at).unwrap_or("")
    }

    fn word(&mut self) -> &'a str {
        self.run(|b| b.is_ascii_alphabetic())
    }

    fn word_is(&mut self, word: &str) -> Option<()> {
        self.word().eq_ignore_ascii_case(word).then_some(())
    }

    fn number(&mut self) -> Option<Number> {
        let digits = self.run(|b| b.is_ascii_digit());
        (1..=9).contains(&digits.len()).then_some(())?;
        Some(Number { value: digits.parse().ok()?, digits: digits.len() })
    }

    fn number_upto(&mut self, digits: usize) -> Option<u32> {
        let number = self.number()?;
        (number.digits <= digits).then_some(number.value as u32)
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + count)?;
        self.at += count;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    }

    fn fraction(&mut self) -> Option<i64> {
        let digits = self.run(|b| b.is_ascii_digit());
        if digits.is_empty() {
            return None;
        }
        Some(
            digits
                .bytes()
                .chain(std::iter::repeat(b'0'))
                .take(7)
                .fold(0, |ticks, digit| ticks * 10 + i64::from(digit - b'0')),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_documented_forms() {
        let noon = "2014-11-08T12:05:02.0000000Z";
        for text in [
            "2014-11-08T12:05:02Z",
            "2014-11-08 12:05:02",
            "2014-11-08T14:05:02+02:00",
            "2014-11-08T14:05:02.0000000+0200",
            "Sat, 8 Nov 14 12:05:02 GMT",
            "Sat, 8 Nov 2014 12:05:02",
            "8 Nov 14 12:05:02 GMT",
            "Saturday, 08-Nov-14 12:05:02 GMT",
            "11/8/2014 12:05:02 PM",
            "  2014-11-08T12:05:02.00000000001Z ",
        ] {
            assert_eq!(parse(text).map(format).as_deref(), Some(noon), "{text}");
        }
        assert_eq!(parse("2015-12-31 23:59:59.9").map(format).unwrap(), "2015-12-31T23:59:59.9000000Z");
        assert_eq!(parse("2015-12-31").map(format).unwrap(), "2015-12-31T00:00:00.0000000Z");
        assert_eq!(parse("2015-12-31 23:59").map(format).unwrap(), "2015-12-31T23:59:00.0000000Z");
        assert_eq!(parse("12.31.2015").map(format).unwrap(), "2015-12-31T00:00:00.0000000Z");
        assert_eq!(parse("12-31-2015").map(format).unwrap(), "2015-12-31T00:00:00.0000000Z");
    }

    #[test]
    fn refuses_what_is_no_datetime() {
        for text in [
            "",
            "garbage",
            "2020-13-01",
            "2020-02-30",
            "2020-01-01T25:00:00",
            "10000-01-01",
            "0000-01-01",
            "2020-01-01T00:00:00X",
            "2020-01-01T",
            "1e3",
            "2020-01-01T00:00:00.Z",
            "0001-01-01T00:00:00+01:00",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(format(MIN), "0001-01-01T00:00:00.0000000Z");
        assert_eq!(format(MAX), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(parse("1970-01-01"), Some(UNIX_EPOCH));
        assert_eq!(in_range(MAX + 1), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(ticks in MIN..=MAX) {
            prop_assert_eq!(parse(&format(ticks)), Some(ticks));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
