//! `guid`: 128 bits, written as five groups of lower-case hex digits.

/// The canonical text of a GUID given in any usual form; nothing when the text is none.
///
/// With or without hyphens, with or without braces or brackets, in any case.
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = text
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .or_else(|| text.strip_prefix('(').and_then(|t| t.strip_suffix(')')))
        .unwrap_or(text);
    let bytes = inner.as_bytes();
    let plain = match bytes.len() {
        32 => true,
        36 => false,
        _ => return None,
    };
    let mut canonical = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        let hyphen_here = !plain && matches!(i, 8 | 13 | 18 | 23);
        if hyphen_here {
            (*byte == b'-').then_some(())?;
        } else {
            byte.is_ascii_hexdigit().then_some(())?;
        }
        if plain && matches!(i, 8 | 12 | 16 | 20) {
            canonical.push('-');
        }
        canonical.push(byte.to_ascii_lowercase() as char);
    }
    Some(canonical)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_usual_form_reads_alike() {
        let canonical = "74be27de-1e4e-49d9-b579-fe0b331d3642";
        for text in [
            canonical,
            "74BE27DE-1E4E-49D9-B579-FE0B331D3642",
            "{74be27de-1e4e-49d9-b579-fe0b331d3642}",
            "74be27de1e4e49d9b579fe0b331d3642",
        ] {
            assert_eq!(parse(text).as_deref(), Some(canonical));
        }
        for text in
            ["", "74be27de", "74be27de-1e4e-49d9-b579-fe0b331d364g", "74be27de1e4e-49d9-b579-fe0b331d3642-"]
        {
            assert_eq!(parse(text), None);
        }
    }
}
