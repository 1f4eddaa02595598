//! Numbers of few bits in Parquet's hybrid of runs and packed groups.
//!
//! Source: <https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3>

/// Numbers of a packed group.
const GROUP: usize = 8;

/// Bits of the largest of `count` numbers from 0 on.
pub(super) fn width(count: usize) -> u8 {
    // Dictionaries are numbered by u32.
    (usize::BITS - count.saturating_sub(1).leading_zeros()) as u8
}

/// Appends numbers, each of at most `width` bits.
pub(super) fn encode(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    let (mut packed_from, mut at) = (0, 0);
    while let Some(&number) = numbers.get(at) {
        let run = numbers[at..].iter().take_while(|next| **next == number).count();
        // A packed part has whole groups: the run gives up what the last one lacks.
        let lacking = (GROUP - (at - packed_from) % GROUP) % GROUP;
        if run >= lacking + GROUP {
            pack(&numbers[packed_from..at + lacking], width, out);
            repeat(number, run - lacking, width, out);
            packed_from = at + run;
        }
        at += run;
    }
    pack(&numbers[packed_from..], width, out);
}

/// Appends `count` times the same number.
pub(super) fn repeat(number: u32, count: usize, width: u8, out: &mut Vec<u8>) {
    varint((count as u64) << 1, out);
    out.extend_from_slice(&number.to_le_bytes()[..usize::from(width.div_ceil(8))]);
}

fn pack(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP);
    varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * usize::from(width);
    let (mut bits, mut held) = (0_u64, 0);
    for number in numbers {
        bits |= u64::from(*number) << held;
        held += u32::from(width);
        while held >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    out.push(bits as u8);
    // The last group is filled up with zeros.
    out.resize(end, 0);
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads back what [`encode`] wrote, by the letter of the format.
    fn decode(mut bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut numbers = Vec::new();
        let byte = |bytes: &mut &[u8]| {
            let (first, rest) = bytes.split_first().expect("a byte");
            *bytes = rest;
            u64::from(*first)
        };
        while numbers.len() < count {
            let (mut header, mut shift) = (0_u64, 0);
            loop {
                let next = byte(&mut bytes);
                header |= (next & 0x7f) << shift;
                shift += 7;
                if next < 0x80 {
                    break;
                }
            }
            if header & 1 == 0 {
                let number =
                    (0..width.div_ceil(8)).fold(0, |number, place| number | byte(&mut bytes) << (8 * place));
                numbers.extend(std::iter::repeat_n(number as u32, (header >> 1) as usize));
            } else {
                let length = (header >> 1) as usize * usize::from(width);
                let (packed, rest) = bytes.split_at(length);
                bytes = rest;
                for index in 0..(header >> 1) as usize * GROUP {
                    let bit = |place: usize| packed[place / 8] >> (place % 8) & 1;
                    let first = index * usize::from(width);
                    let number = (0..usize::from(width))
                        .fold(0, |n, place| n | u32::from(bit(first + place)) << place);
                    numbers.push(number);
                }
            }
        }
        assert!(bytes.is_empty(), "{} bytes too many", bytes.len());
        numbers.truncate(count);
        numbers
    }

    #[test]
    fn numbers_read_back() {
        let mut state = 1_u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for round in 0..2_000 {
            let distinct = [1, 2, 3, 5, 17, 300, 70_000][round % 7];
            let mut numbers = Vec::new();
            while numbers.len() < random(200) as usize {
                let number = random(distinct) as u32;
                let run = if random(3) == 0 { random(40) } else { 1 };
                numbers.extend(std::iter::repeat_n(number, run as usize));
            }
            let width = width(distinct as usize);
            let mut bytes = Vec::new();
            encode(&numbers, width, &mut bytes);
            assert_eq!(decode(&bytes, width, numbers.len()), numbers);
        }
    }

    #[test]
    fn widths_hold_their_largest_number() {
        for (count, expected) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)] {
            assert_eq!(width(count), expected, "{count}");
        }
    }

    #[test]
    fn a_constant_takes_a_few_bytes() {
        let mut bytes = Vec::new();
        encode(&[0; 120_000], 0, &mut bytes);
        assert_eq!(bytes.len(), 3);
    }
}
