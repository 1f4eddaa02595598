//! `flowRecords` of VNet flow logs: `{"flows":[{"aclID", "flowGroups":[{"rule", "flowTuples":[…]}]}]}`.

use crate::record::{Draft, Layout, text};
use crate::scan::{Scan, Scanned, Text};

/// Reads the value of `flowRecords`; an array of such objects is accepted too.
pub(crate) fn read(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    match scan.peek()? {
        b'[' => scan.array(|scan| read_flows(scan, draft)),
        _ => read_flows(scan, draft),
    }
}

fn read_flows(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    if scan.peek()? != b'{' {
        draft.bad_layout = true;
        return scan.skip_value();
    }
    scan.object(|scan, key| match (key.raw(scan.bytes), scan.peek()?) {
        (b"flows", b'[') => scan.array(|scan| read_flow(scan, draft)),
        _ => scan.skip_property(key),
    })
}

fn read_flow(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    if scan.peek()? != b'{' {
        draft.bad_layout = true;
        return scan.skip_value();
    }
    let first = draft.groups.len();
    let mut acl = Text::default();
    scan.object(|scan, key| match (key.raw(scan.bytes), scan.peek()?) {
        (b"aclID" | b"aclId", _) => {
            acl = text(scan)?.unwrap_or_default();
            Ok(())
        }
        (b"flowGroups", b'[') => scan.array(|scan| read_group(scan, draft)),
        _ => scan.skip_property(key),
    })?;
    for group in draft.groups.iter_mut().skip(first) {
        group.acl = acl;
    }
    Ok(())
}

fn read_group(scan: &mut Scan<'_>, draft: &mut Draft) -> Scanned<()> {
    if scan.peek()? != b'{' {
        draft.bad_layout = true;
        return scan.skip_value();
    }
    let group = draft.begin_group();
    let mut rule = Text::default();
    scan.object(|scan, key| match key.raw(scan.bytes) {
        b"rule" => {
            rule = text(scan)?.unwrap_or_default();
            Ok(())
        }
        b"flowTuples" => draft.read_tuples(scan, Layout::Vnet),
        _ => scan.skip_property(key),
    })?;
    draft.end_group(group, rule, Text::default());
    Ok(())
}
