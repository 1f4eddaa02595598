//! In which form an answer goes out: the header `Accept`.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use weir_answer::Format;

use crate::failure::Failure;

/// The forms, each with the name by which clients ask for it. The first is what they get who ask for any.
pub const FORMS: [(&str, Format); 7] = [
    ("application/json", Format::Json),
    ("application/x-ndjson", Format::Jsonl),
    ("text/csv", Format::Csv),
    ("text/markdown", Format::Markdown),
    ("text/plain", Format::Table),
    ("application/vnd.apache.arrow.stream", Format::Arrow),
    ("application/vnd.apache.parquet", Format::Parquet),
];

/// The form that a client likes best, with its name.
pub fn form(headers: &HeaderMap) -> Result<(&'static str, Format), Failure> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best: Option<(f32, (&'static str, Format))> = None;
    let mut any = false;
    for choice in values.flat_map(|value| value.split(',')) {
        let mut parts = choice.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        any = true;
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        let found = FORMS.into_iter().find(|(known, _)| is(name, known));
        if let Some(found) = found
            && weight > 0.0
            && best.is_none_or(|(known, _)| weight > known)
        {
            best = Some((weight, found));
        }
    }
    match (best, any) {
        (Some((_, form)), _) => Ok(form),
        (None, false) => Ok(FORMS[0]),
        (None, true) => {
            let names: Vec<&str> = FORMS.iter().map(|(name, _)| *name).collect();
            Err(Failure::NotAcceptable(format!(
                "no form of answer that you accept is there: {}",
                names.join(", ")
            )))
        }
    }
}

/// Whether a name, perhaps with a star in it, means a form.
fn is(name: &str, form: &str) -> bool {
    match name.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => form.split('/').next().is_some_and(|known| known.eq_ignore_ascii_case(kind)),
        None => name.eq_ignore_ascii_case(form),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_form_that_a_client_likes_best_is_taken() {
        let form = |value: &'static str| {
            form(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))])).map(|(_, form)| form)
        };
        assert_eq!(form("text/csv").unwrap(), Format::Csv);
        assert_eq!(form("text/csv;q=0.5, application/vnd.apache.parquet").unwrap(), Format::Parquet);
        assert_eq!(form("text/html, */*;q=0.1").unwrap(), Format::Json);
        assert_eq!(form("text/*").unwrap(), Format::Csv);
        assert_eq!(form("").unwrap(), Format::Json);
        assert!(matches!(form("image/png"), Err(Failure::NotAcceptable(_))));
        assert!(form("text/csv;q=0").is_err());
        assert_eq!(super::form(&HeaderMap::new()).unwrap().1, Format::Json);
    }
}
