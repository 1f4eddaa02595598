//! `decimal`: 34 digits with a floating exponent, exact in base ten.
//!
//! A value is held in 16 bytes whose order is that of the numbers, so that columns of them sort, group and compare
//! as bytes. Equal numbers have equal bytes: `1.50` and `1.5` are one.

use std::cmp::Ordering;
use std::fmt::Write;

/// Digits that a value keeps; further ones are rounded off, halves to the even digit.
pub const DIGITS_MAX: u32 = 34;

/// `10^34`: one more than the largest coefficient.
const LIMIT: u128 = 10_u128.pow(DIGITS_MAX);

/// Power of ten of the leading digit, at least; below it a value is zero.
const LEADING_MIN: i32 = -6176;

/// Power of ten of the leading digit, at most; beyond it there is no value.
const LEADING_MAX: i32 = 6144;

/// What is added to the power of the leading digit so that it is stored without a sign.
const BIAS: i32 = 8192;

/// Bits of the coefficient: `2^113` is above `10^34`.
const COEFFICIENT_BITS: u32 = 113;

/// The bit that numbers at or above zero have, and those below do not.
const NOT_NEGATIVE: u128 = 1 << 127;

/// `±coefficient × 10^exponent`, the coefficient without zeros at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    coefficient: u128,
    exponent: i32,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { negative: false, coefficient: 0, exponent: 0 };

    /// A value rounded to 34 digits; nothing when it is too large. `inexact` says that there are further digits
    /// behind the coefficient, which must then have at least 35.
    fn rounded(negative: bool, mut coefficient: u128, mut exponent: i32, inexact: bool) -> Option<Decimal> {
        if coefficient >= LIMIT {
            let surplus = digits(coefficient) - DIGITS_MAX;
            let divisor = 10_u128.pow(surplus);
            let (mut quotient, rest) = (coefficient / divisor, coefficient % divisor);
            let half = divisor / 2;
            let up = match rest.cmp(&half) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => inexact || quotient % 2 == 1,
            };
            quotient += u128::from(up);
            coefficient = quotient;
            exponent += surplus as i32;
        }
        if coefficient == 0 {
            return Some(Decimal::ZERO);
        }
        while coefficient.is_multiple_of(10) {
            coefficient /= 10;
            exponent += 1;
        }
        let leading = exponent + digits(coefficient) as i32 - 1;
        match leading {
            _ if leading < LEADING_MIN => Some(Decimal::ZERO),
            _ if leading > LEADING_MAX => None,
            _ => Some(Decimal { negative, coefficient, exponent }),
        }
    }

    /// Reads digits with an optional sign, fraction and exponent, blanks around them allowed.
    pub fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() || exponent.abs() > 100_000 || mantissa.len() > 100_000 {
            return None;
        }
        let mut coefficient = 0_u128;
        let mut power = exponent;
        let mut inexact = false;
        for (digit, behind) in whole.bytes().map(|b| (b, false)).chain(fraction.bytes().map(|b| (b, true))) {
            if !digit.is_ascii_digit() {
                return None;
            }
            // 36 digits decide how the 34th is rounded; those behind only whether a half is more than one.
            if coefficient < LIMIT * 10 {
                coefficient = coefficient * 10 + u128::from(digit - b'0');
                power -= i32::from(behind);
            } else {
                inexact |= digit != b'0';
                power += i32::from(!behind);
            }
        }
        Decimal::rounded(negative, coefficient, power, inexact)
    }

    /// The number whose bytes these are; zero for bytes that are no number's.
    pub fn from_bytes(bytes: &[u8]) -> Decimal {
        let Ok(bytes) = <[u8; 16]>::try_from(bytes) else { return Decimal::ZERO };
        let bits = u128::from_be_bytes(bytes);
        let negative = bits & NOT_NEGATIVE == 0;
        let bits = if negative { !bits } else { bits } & !NOT_NEGATIVE;
        let coefficient = bits & ((1 << COEFFICIENT_BITS) - 1);
        let leading = (bits >> COEFFICIENT_BITS) as i32 - BIAS;
        if coefficient == 0 || coefficient >= LIMIT {
            return Decimal::ZERO;
        }
        let exponent = leading - (DIGITS_MAX as i32 - 1);
        Decimal::rounded(negative, coefficient, exponent, false).unwrap_or(Decimal::ZERO)
    }

    /// Sixteen bytes in the order of the numbers.
    pub fn to_bytes(self) -> [u8; 16] {
        if self.coefficient == 0 {
            return NOT_NEGATIVE.to_be_bytes();
        }
        let length = digits(self.coefficient);
        let leading = self.exponent + length as i32 - 1;
        let coefficient = self.coefficient * 10_u128.pow(DIGITS_MAX - length);
        // The leading digit lies within limits far inside 14 bits.
        let exponent = (leading + BIAS).unsigned_abs();
        let bits = NOT_NEGATIVE | u128::from(exponent) << COEFFICIENT_BITS | coefficient;
        if self.negative { !bits } else { bits }.to_be_bytes()
    }

    /// A real by its shortest digits: 0.1 is a tenth. Nothing for what is no number, or infinite.
    pub fn from_real(value: f64) -> Option<Decimal> {
        value.is_finite().then(|| Decimal::parse(&format!("{value:e}")))?
    }

    /// The nearest real.
    pub fn to_real(self) -> f64 {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}e{}", self.coefficient, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The whole part as a long; nothing when it does not fit.
    pub fn to_long(self) -> Option<i64> {
        let whole = self.truncated();
        let size = match u32::try_from(whole.exponent) {
            Ok(power) => whole.coefficient.checked_mul(10_u128.checked_pow(power)?)?,
            Err(_) => whole.coefficient,
        };
        let size = i128::try_from(size).ok()?;
        i64::try_from(if whole.negative { -size } else { size }).ok()
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.coefficient == 0
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Decimal {
        Decimal { negative: !self.negative && self.coefficient != 0, ..self }
    }

    /// The size without the sign.
    #[must_use]
    pub fn abs(self) -> Decimal {
        Decimal { negative: false, ..self }
    }

    /// The whole part.
    #[must_use]
    pub fn truncated(self) -> Decimal {
        if self.exponent >= 0 {
            return self;
        }
        let coefficient = match 10_u128.checked_pow(self.exponent.unsigned_abs()) {
            Some(divisor) => self.coefficient / divisor,
            None => 0,
        };
        Decimal::rounded(self.negative, coefficient, 0, false).unwrap_or(Decimal::ZERO)
    }

    /// The largest whole number at or below it.
    #[must_use]
    pub fn floor(self) -> Decimal {
        let whole = self.truncated();
        match self.negative && whole != self {
            true => whole.minus(Decimal::from(1)).unwrap_or(whole),
            false => whole,
        }
    }

    /// The nearest number with so many digits behind the point, halves away from zero.
    #[must_use]
    pub fn round(self, places: i32) -> Decimal {
        let surplus = -places.clamp(-100, 10_000) - self.exponent;
        let Ok(surplus) = u32::try_from(surplus) else { return self };
        let Some(divisor) = 10_u128.checked_pow(surplus) else { return Decimal::ZERO };
        let (quotient, rest) = (self.coefficient / divisor, self.coefficient % divisor);
        let quotient = quotient + u128::from(rest >= divisor - rest && surplus > 0);
        Decimal::rounded(self.negative, quotient, self.exponent + surplus as i32, false).unwrap_or(self)
    }

    /// The sum; nothing when it is too large.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        if self.is_zero() {
            return Some(other);
        }
        if other.is_zero() {
            return Some(self);
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let distance = high.exponent.abs_diff(low.exponent);
        // A coefficient may grow to 38 digits; two of those still fit.
        let room = 38 - digits(high.coefficient);
        let grown = distance.min(room);
        let first = high.coefficient * 10_u128.pow(grown);
        let mut second = low.coefficient;
        let mut inexact = false;
        if distance > grown {
            let (quotient, rest) = match 10_u128.checked_pow(distance - grown) {
                Some(divisor) => (second / divisor, second % divisor),
                None => (0, second),
            };
            inexact = rest != 0;
            second = quotient;
        }
        let exponent = high.exponent - grown as i32;
        if high.negative == low.negative {
            return Decimal::rounded(high.negative, first + second, exponent, inexact);
        }
        match first.cmp(&second) {
            // What was cut off the smaller one makes the difference a little smaller.
            Ordering::Greater if inexact => {
                Decimal::rounded(high.negative, first - second - 1, exponent, true)
            }
            Ordering::Greater => Decimal::rounded(high.negative, first - second, exponent, false),
            Ordering::Less => Decimal::rounded(low.negative, second - first, exponent, inexact),
            Ordering::Equal => Some(Decimal::ZERO),
        }
    }

    /// The difference; nothing when it is too large.
    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        self.plus(other.negated())
    }

    /// The product; nothing when it is too large.
    pub fn times(self, other: Decimal) -> Option<Decimal> {
        let negative = self.negative != other.negative;
        let exponent = self.exponent + other.exponent;
        let (high, low) = divide(multiply(self.coefficient, other.coefficient), LIMIT);
        if high == 0 {
            return Decimal::rounded(negative, low, exponent, false);
        }
        // 35 digits and whether there are more behind them.
        let surplus = digits(high);
        let divisor = 10_u128.pow(surplus - 1);
        let top = high * 10_u128.pow(DIGITS_MAX + 1 - surplus) + low / divisor;
        Decimal::rounded(negative, top, exponent + surplus as i32 - 1, low % divisor != 0)
    }

    /// The quotient; nothing for a divisor of zero, or when it is too large.
    pub fn divided_by(self, other: Decimal) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        if self.is_zero() {
            return Some(Decimal::ZERO);
        }
        let (first_grown, second_grown) =
            (DIGITS_MAX - digits(self.coefficient), DIGITS_MAX - digits(other.coefficient));
        let first = self.coefficient * 10_u128.pow(first_grown);
        let second = other.coefficient * 10_u128.pow(second_grown);
        let (quotient, rest) = divide(multiply(first, LIMIT * 10), second);
        let exponent = (self.exponent - first_grown as i32) - (other.exponent - second_grown as i32) - 35;
        Decimal::rounded(self.negative != other.negative, quotient, exponent, rest != 0)
    }

    /// What is left of a division to a whole number, never negative; nothing for a divisor of zero.
    pub fn modulo(self, other: Decimal) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        let distance = self.exponent - other.exponent;
        let (rest, exponent) = if distance >= 0 {
            let power = power_modulo(distance.unsigned_abs(), other.coefficient);
            let (_, rest) = divide(multiply(self.coefficient % other.coefficient, power), other.coefficient);
            (rest, other.exponent)
        } else {
            let grown = 10_u128
                .checked_pow(distance.unsigned_abs())
                .and_then(|power| other.coefficient.checked_mul(power));
            match grown {
                Some(divisor) => (self.coefficient % divisor, self.exponent),
                // The divisor is larger than any coefficient.
                None => (self.coefficient, self.exponent),
            }
        };
        let rest = Decimal::rounded(false, rest, exponent, false)?;
        if self.negative && !rest.is_zero() { other.abs().minus(rest) } else { Some(rest) }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Decimal {
        let size = u128::from(value.unsigned_abs());
        Decimal::rounded(value < 0, size, 0, false).unwrap_or(Decimal::ZERO)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_bytes().cmp(&other.to_bytes())
    }
}

/// Appends the text of a number: plain digits, with an exponent where those would be many.
pub fn write(out: &mut String, value: Decimal) {
    const PLAIN_MAX: i32 = 40;
    if value.negative {
        out.push('-');
    }
    let text = value.coefficient.to_string();
    let leading = value.exponent + text.len() as i32 - 1;
    if value.exponent >= 0 && leading < PLAIN_MAX {
        out.push_str(&text);
        out.extend(std::iter::repeat_n('0', value.exponent.unsigned_abs() as usize));
    } else if value.exponent < 0 && leading >= 0 {
        let (whole, fraction) = text.split_at(leading.unsigned_abs() as usize + 1);
        let _ = write!(out, "{whole}.{fraction}");
    } else if value.exponent < 0 && -value.exponent < PLAIN_MAX {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-leading - 1).unsigned_abs() as usize));
        out.push_str(&text);
    } else {
        let (first, rest) = text.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let _ = write!(out, "{first}{point}{rest}E{leading:+}");
    }
}

/// The text of a number.
pub fn format(value: Decimal) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// Decimal digits of a number; one for zero.
fn digits(value: u128) -> u32 {
    value.checked_ilog10().unwrap_or(0) + 1
}

/// The product of two numbers: its upper and its lower half.
fn multiply(a: u128, b: u128) -> (u128, u128) {
    const MASK: u128 = u64::MAX as u128;
    let (a_high, a_low, b_high, b_low) = (a >> 64, a & MASK, b >> 64, b & MASK);
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 64);
    let other = a_low * b_high + (middle & MASK);
    (a_high * b_high + (middle >> 64) + (other >> 64), other << 64 | low & MASK)
}

/// Quotient and rest of a double-width number; the quotient must fit, the divisor must be below `2^127`.
fn divide((high, low): (u128, u128), divisor: u128) -> (u128, u128) {
    if high == 0 {
        return (low / divisor, low % divisor);
    }
    let mut rest = high % divisor;
    let mut quotient = 0;
    for bit in (0..128).rev() {
        rest = rest << 1 | low >> bit & 1;
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
    }
    (quotient, rest)
}

/// `10^power mod divisor`
fn power_modulo(mut power: u32, divisor: u128) -> u128 {
    let (mut base, mut result) = (10 % divisor, 1 % divisor);
    while power > 0 {
        if power & 1 == 1 {
            result = divide(multiply(result, base), divisor).1;
        }
        base = divide(multiply(base, base), divisor).1;
        power >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn text_is_read_and_printed() {
        for (text, printed) in [
            ("1.50", "1.5"),
            ("-0.00", "0"),
            (" +12e3 ", "12000"),
            ("0.00012", "0.00012"),
            (".5", "0.5"),
            ("1e-50", "1E-50"),
            ("-12345678901234567890.123", "-12345678901234567890.123"),
            ("1.23e60", "1.23E+60"),
        ] {
            assert_eq!(format(d(text)), printed, "{text}");
        }
        for text in ["", ".", "1.2.3", "e5", "x", "1e", "--1", "1e999999", "nan"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn digits_beyond_34_are_rounded_to_even() {
        let nines = "9".repeat(34);
        assert_eq!(format(d(&format!("0.{nines}"))), format!("0.{nines}"));
        assert_eq!(format(d(&format!("0.{nines}9"))), "1");
        let ones = "1".repeat(33);
        assert_eq!(format(d(&format!("{ones}2.5"))), format!("{ones}2"));
        assert_eq!(format(d(&format!("{ones}3.5"))), format!("{ones}4"));
        assert_eq!(format(d(&format!("{ones}2.50000001"))), format!("{ones}3"));
    }

    #[test]
    fn tenths_are_exact() {
        assert_eq!(d("0.1").plus(d("0.2")), Some(d("0.3")));
        assert_eq!(d("1").divided_by(d("3")).map(format), Some(format!("0.{}", "3".repeat(34))));
        assert_eq!(d("2").divided_by(d("3")).map(format), Some(format!("0.{}7", "6".repeat(33))));
        assert_eq!(d("1").divided_by(d("0")), None);
        assert_eq!(d("1e6000").times(d("1e6000")), None);
        assert_eq!(d("1").minus(d("1e-40")).map(format), Some("1".to_owned()));
        assert_eq!(d("1").minus(d("1e-34")).map(format), Some(format!("0.{}", "9".repeat(34))));
    }

    #[test]
    fn rests_are_never_negative() {
        for (a, b, rest) in [
            ("7", "3", "1"),
            ("-7", "3", "2"),
            ("7.5", "2", "1.5"),
            ("0.3", "0.1", "0"),
            ("1e40", "7", "4"),
            ("5", "1e45", "5"),
            ("-1", "0.3", "0.2"),
        ] {
            assert_eq!(d(a).modulo(d(b)), Some(d(rest)), "{a} % {b}");
        }
        assert_eq!(d("1").modulo(Decimal::ZERO), None);
    }

    #[test]
    fn whole_parts_and_rounding() {
        assert_eq!((d("-2.5").to_long(), d("1e19").to_long()), (Some(-2), None));
        assert_eq!(d("-9223372036854775808").to_long(), Some(i64::MIN));
        assert_eq!((d("-2.5").floor(), d("2.5").floor()), (d("-3"), d("2")));
        assert_eq!(
            (d("2.5").round(0), d("-2.345").round(2), d("155").round(-1)),
            (d("3"), d("-2.35"), d("160"))
        );
        assert_eq!(d("0.1").to_real(), 0.1);
        assert_eq!(Decimal::from_real(1e-7), Some(d("0.0000001")));
        assert_eq!(Decimal::from_real(f64::NAN), None);
    }

    fn any_decimal() -> impl Strategy<Value = Decimal> {
        (any::<bool>(), 0..LIMIT, -60_i32..60)
            .prop_map(|(negative, c, e)| Decimal::rounded(negative, c, e, false).unwrap())
    }

    proptest! {
        #[test]
        fn bytes_read_back_and_sort_as_numbers(a in any_decimal(), b in any_decimal()) {
            prop_assert_eq!(Decimal::from_bytes(&a.to_bytes()), a);
            let by_difference = match a.minus(b).unwrap() {
                difference if difference.is_zero() => None,
                difference => Some(if difference.negative { Ordering::Less } else { Ordering::Greater }),
            };
            if let Some(order) = by_difference {
                prop_assert_eq!(a.cmp(&b), order);
            }
        }

        #[test]
        fn text_reads_back(a in any_decimal()) {
            prop_assert_eq!(Decimal::parse(&format(a)), Some(a));
        }

        #[test]
        fn small_numbers_are_calculated_as_whole_ones(a in -1_000_000_i64..1_000_000, b in -1_000_i64..1_000) {
            let (x, y) = (Decimal::from(a), Decimal::from(b));
            prop_assert_eq!(x.plus(y), Some(Decimal::from(a + b)));
            prop_assert_eq!(x.times(y), Some(Decimal::from(a * b)));
            if b != 0 {
                prop_assert_eq!(x.modulo(y), Some(Decimal::from(a.rem_euclid(b))));
                let quotient = x.divided_by(y).unwrap();
                prop_assert!((quotient.to_real() - a as f64 / b as f64).abs() < 1e-9);
            }
        }

        #[test]
        fn products_are_those_of_their_digits(a in 0_u64.., b in 0_u64..) {
            let product = u128::from(a) * u128::from(b);
            let expected = Decimal::rounded(false, product, 0, false).unwrap();
            let found = Decimal::parse(&a.to_string()).unwrap().times(Decimal::parse(&b.to_string()).unwrap());
            prop_assert_eq!(found, Some(expected));
        }

        #[test]
        fn any_bytes_are_some_number(bytes in prop::array::uniform16(any::<u8>())) {
            let _ = format(Decimal::from_bytes(&bytes));
        }
    }
}
