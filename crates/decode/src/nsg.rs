//! `properties` of NSG flow logs: `{"Version", "flows":[{"rule", "flows":[{"mac", "flowTuples":[…]}]}]}`.

use crate::record::{Draft, Layout, text};
use crate::scan::{Scan, Scanned, Text};

/// Reads the value of `properties`.
pub(crate) fn read(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    if scan.peek()? != b'{' {
        return scan.skip_value();
    }
    scan.object(|scan, key| match (key.raw(scan.bytes), scan.peek()?) {
        (b"Version" | b"version", _) => {
            draft.version = scan.unsigned()?;
            Ok(())
        }
        (b"flows", b'[') => scan.array(|scan| read_rule(scan, draft)),
        _ => scan.skip_property(key),
    })
}

fn read_rule(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    if scan.peek()? != b'{' {
        draft.bad_layout = true;
        return scan.skip_value();
    }
    let first = draft.groups.len();
    let mut rule = Text::default();
    scan.object(|scan, key| match (key.raw(scan.bytes), scan.peek()?) {
        (b"rule", _) => {
            rule = text(scan)?.unwrap_or_default();
            Ok(())
        }
        (b"flows", b'[') => scan.array(|scan| read_interface(scan, draft)),
        _ => scan.skip_property(key),
    })?;
    for group in draft.groups.iter_mut().skip(first) {
        group.rule = rule;
    }
    Ok(())
}

fn read_interface(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    if scan.peek()? != b'{' {
        draft.bad_layout = true;
        return scan.skip_value();
    }
    let group = draft.begin_group();
    let mut mac = Text::default();
    scan.object(|scan, key| match key.raw(scan.bytes) {
        b"mac" => {
            mac = text(scan)?.unwrap_or_default();
            Ok(())
        }
        b"flowTuples" => draft.read_tuples(scan, Layout::Nsg),
        _ => scan.skip_property(key),
    })?;
    draft.end_group(group, Text::default(), mac);
    Ok(())
}
