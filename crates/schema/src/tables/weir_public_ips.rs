//! `WeirPublicIps`: the rows behind the lists of public addresses.

use super::system::day;
use super::{datetime, long, nta_net_analytics, text};
use crate::Source::{Derived, Raw, Run};
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "WeirPublicIps",
    kind: TableKind::Stored,
    doc: "What was folded into rows of `NTANetAnalytics` with lists of public addresses: a row for each address, in the \
          columns of that table, as it would be without folding. No list cuts it short. The rows of `NTANetAnalytics` \
          that have both addresses, and these, are all flows: `weir_unfolded()`.",
    columns: &COLUMNS,
    hidden: HIDDEN,
};

/// The public address, and the columns of a flow.
const COLUMNS: [Column; nta_net_analytics::COLUMNS.len() + 1] = {
    let public_ip = text("PublicIp", Raw, "The public address: `SrcIp` or `DestIp`.");
    let mut columns = [public_ip; nta_net_analytics::COLUMNS.len() + 1];
    let mut place = 0;
    while place < nta_net_analytics::COLUMNS.len() {
        columns[place + 1] = nta_net_analytics::COLUMNS[place];
        place += 1;
    }
    columns
};

const HIDDEN: &[Column] = &[
    long("SrcIpNumber", Derived, "`SrcIp` as a number if it is IPv4, else null."),
    long("DestIpNumber", Derived, "`DestIp` as a number if it is IPv4, else null."),
    datetime("_TimeReceived", Run, "When the row reached the store; queries may name it."),
    day("UTC day of `FlowIntervalStartTime`; the table is partitioned by it."),
];
