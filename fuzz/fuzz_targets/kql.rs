//! Any text is read, told about and, where it has no errors, written and read again as the same tree.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = weir_kql::parse(text);
    let _ = weir_kql::render(text, &parsed.diagnostics);
    if parsed.has_errors() {
        return;
    }
    let canonical = weir_kql::format(&parsed.query);
    let again = weir_kql::parse(&canonical);
    assert!(!again.has_errors(), "{canonical}");
    assert_eq!(weir_kql::format(&again.query), canonical);
    let kept = weir_kql::format_text(text).expect("a text without errors is formatted");
    assert_eq!(weir_kql::format_text(&kept).as_deref(), Ok(kept.as_str()));
});
