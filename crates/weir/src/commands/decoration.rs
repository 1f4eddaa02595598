//! What rows were decorated as, in summaries.

use std::io::Write;

use weir_enrich::DecorationTally;

use crate::numbers::grouped;

/// Writes the lines of a summary: rows by flow type, and why some are of none.
pub fn write(tally: &DecorationTally, out: &mut dyn Write) -> std::io::Result<()> {
    let types: Vec<String> = tally
        .flow_types()
        .map(|(flow_type, count)| format!("{} {}", grouped(count), flow_type.word()))
        .collect();
    if !types.is_empty() {
        writeln!(out, "flow types {}", types.join(", "))?;
    }
    for (reason, count) in tally.unknown() {
        writeln!(out, "unknown    {} rows: {}", grouped(count), reason.words())?;
    }
    if tally.nic_unknown > 0 {
        let count = grouped(tally.nic_unknown);
        writeln!(out, "interfaces {count} rows of interfaces that the inventory does not have")?;
    }
    Ok(())
}

/// The same as JSON.
pub fn as_json(tally: &DecorationTally) -> serde_json::Value {
    let types: serde_json::Map<_, _> =
        tally.flow_types().map(|(flow_type, count)| (flow_type.word().to_owned(), count.into())).collect();
    let unknown: serde_json::Map<_, _> =
        tally.unknown().map(|(reason, count)| (reason.words().to_owned(), count.into())).collect();
    serde_json::json!({
        "flow_types": types,
        "unknown_because": unknown,
        "rows_of_unknown_interfaces": tally.nic_unknown,
    })
}
