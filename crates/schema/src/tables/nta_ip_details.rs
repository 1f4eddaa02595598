//! `NTAIpDetails`: what is known of public addresses.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntaipdetails>

use super::system::{BILLED_SIZE, IS_BILLABLE, SOURCE_SYSTEM, TENANT_ID, TIME_GENERATED, TYPE, day};
use super::{datetime, int, text};
use crate::Source::{Address, Constant, Raw, Run};
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "NTAIpDetails",
    kind: TableKind::Stored,
    doc: "One public address seen in one processing interval: where it is, whose it is, and what threat \
          feeds say of it. Reduce it to one row per address before joining flows with it.",
    columns: COLUMNS,
    hidden: HIDDEN,
};

const COLUMNS: &[Column] = &[
    BILLED_SIZE,
    text("DnsDomain", Address, "Domain that a threat feed connects with the address; blank if none."),
    text("FaSchemaVersion", Constant, "Layout of the row: `2`."),
    datetime("FlowIntervalEndTime", Run, "End of the interval in which the address was seen, exclusive."),
    datetime("FlowIntervalStartTime", Run, "Start of the interval in which the address was seen."),
    text("FlowType", Address, "`AzurePublic`, `ExternalPublic` or `MaliciousFlow`."),
    text("Ip", Raw, "The address."),
    IS_BILLABLE,
    text(
        "Location",
        Address,
        "For AzurePublic the region, or `Global` for addresses that every region has; else the country, two \
         letters, upper case.",
    ),
    int("Port", Address, "Port that a threat feed connects with the address; null if none."),
    text(
        "PublicIpDetails",
        Address,
        "For AzurePublic the owning service (`Microsoft Virtual Public IP` for 168.63.129.16); else the \
         owner, usually an organisation.",
    ),
    SOURCE_SYSTEM,
    text("SubType", Constant, "`FlowLog`."),
    TENANT_ID,
    text(
        "ThreatDescription",
        Address,
        "What the threat feed says of the address; blank if it is not listed.",
    ),
    text(
        "ThreatType",
        Address,
        "Kind of threat: `Botnet`, `C2`, `CryptoMining`, `DarkNet`, `DDoS`, `MaliciousUrl`, `Malware`, \
         `Phishing`, `Proxy`, `PUA` or `WatchList`; blank if the address is not listed.",
    ),
    TIME_GENERATED,
    TYPE,
    text("Url", Address, "Link that a threat feed connects with the address; blank if none."),
];

const HIDDEN: &[Column] = &[day("UTC day of `FlowIntervalStartTime`; the table is partitioned by it.")];
