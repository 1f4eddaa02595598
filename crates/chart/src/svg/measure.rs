use weir_answer::width;

/// The font size of labels.
pub(super) const LABEL: f64 = 12.0;
/// The font size of titles.
pub(super) const TITLE: f64 = 16.0;
/// The font size of notes and axis titles.
pub(super) const SMALL: f64 = 11.0;

/// About how wide a text is; no font is at hand, so rather too wide than too narrow.
pub(super) fn text_width(text: &str, font_size: f64) -> f64 {
    text.chars().map(char_width).sum::<f64>() * font_size
}

/// The width of a character in parts of the font size.
fn char_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
        ' ' | 'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '/' | '\\' | '-' => 0.38,
        'm' | 'M' | 'W' | '%' | '@' => 0.92,
        'w' => 0.8,
        'A'..='Z' => 0.7,
        c if c.is_ascii() => 0.58,
        c => match width::of(c.encode_utf8(&mut [0; 4])) {
            0 => 0.0,
            1 => 0.66,
            _ => 1.05,
        },
    }
}

/// A name that is no wider; of a long one beginning and end, where resource ids differ.
pub(super) fn fitted(text: &str, font_size: f64, room: f64) -> String {
    // A line of names is never longer than this, whatever their characters.
    const CHARS_MAX: usize = 400;
    let is_short = text.chars().nth(CHARS_MAX).is_none();
    if is_short && text_width(text, font_size) <= room {
        return text.to_owned();
    }
    let room = room - text_width("…", font_size);
    let take = |characters: &mut dyn Iterator<Item = char>, room: f64| -> usize {
        let mut used = 0.0;
        characters
            .take_while(|c| {
                used += char_width(*c) * font_size;
                used <= room
            })
            .map(char::len_utf8)
            .sum()
    };
    let head = take(&mut text.chars(), room * 0.35);
    let tail = take(&mut text.chars().rev(), room - text_width(text.get(..head).unwrap_or(""), font_size));
    let tail_start = (text.len() - tail).max(head);
    format!("{}…{}", text.get(..head).unwrap_or(""), text.get(tail_start..).unwrap_or(""))
}

/// The words of a text in lines that are no wider.
pub(super) fn wrapped(text: &str, font_size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = fitted(word, font_size, room);
        match lines.last_mut() {
            Some(line) if text_width(line, font_size) + text_width(&word, font_size) + 4.0 <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends_and_fit() {
        let name = format!("/subscriptions/{}/virtualNetworks/vnet-7", "0".repeat(10_000));
        let short = fitted(&name, LABEL, 150.0);
        assert!(text_width(&short, LABEL) <= 150.0, "{short}");
        assert!(short.starts_with("/sub") && short.contains('…') && short.ends_with("vnet-7"), "{short}");
        assert_eq!(fitted("short", LABEL, 150.0), "short");
        assert_eq!(fitted("東京都庁舎", LABEL, 1.0), "…");
    }

    #[test]
    fn words_are_wrapped() {
        let lines = wrapped("the 8 largest of 40 series are shown, other adds up the rest", SMALL, 150.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| text_width(line, SMALL) <= 150.0));
    }
}
