//! `AzureNetworkAnalyticsIPDetails_CL`: public addresses, as the older generation has them.
//!
//! Eight columns are documented without a suffix, while the portal reads `IP_s`: both names answer.
//!
//! Source: <https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema>

use super::system::{
    BILLED_SIZE, COMPUTER, IS_BILLABLE, RESOURCE_ID, SOURCE_SYSTEM, TENANT_ID, TIME_GENERATED, TYPE,
};
use super::{datetime, int, real, text};
use crate::Source::{Address, Constant, Raw, Run};
use crate::{Column, Table, TableKind};

pub(super) static TABLE: Table = Table {
    name: "AzureNetworkAnalyticsIPDetails_CL",
    kind: TableKind::View,
    doc: "The rows of `NTAIpDetails` under the names of the older generation.",
    columns: COLUMNS,
    hidden: &[],
};

const COLUMNS: &[Column] = &[
    text("SubType_s", Constant, "`FlowLog`."),
    text("FASchemaVersion_s", Constant, "Layout of the row: `2`."),
    datetime("FlowIntervalStartTime_t", Run, "Start of the interval in which the address was seen."),
    datetime("FlowIntervalEndTime_t", Run, "End of the interval in which the address was seen, exclusive."),
    text("FlowType_s", Address, "`AzurePublic`, `ExternalPublic` or `MaliciousFlow`."),
    text("IP", Raw, "The address."),
    text(
        "Location",
        Address,
        "For AzurePublic the region, or `Global` for addresses that every region has; else the country, two \
         letters, upper case.",
    ),
    text(
        "PublicIPDetails",
        Address,
        "For AzurePublic the owning service; else the owner, usually an organisation.",
    ),
    text("ThreatType", Address, "Kind of threat, such as `Botnet`; blank if the address is not listed."),
    text(
        "ThreatDescription",
        Address,
        "What the threat feed says of the address; blank if it is not listed.",
    ),
    text("DNSDomain", Address, "Domain that a threat feed connects with the address; blank if none."),
    text("Url", Address, "Link that a threat feed connects with the address; blank if none."),
    int("Port", Address, "Port that a threat feed connects with the address; null if none."),
    text("IP_s", Raw, "Same as `IP`."),
    text("Location_s", Address, "Same as `Location`."),
    text("PublicIPDetails_s", Address, "Same as `PublicIPDetails`."),
    text("ThreatType_s", Address, "Same as `ThreatType`."),
    text("ThreatDescription_s", Address, "Same as `ThreatDescription`."),
    text("DNSDomain_s", Address, "Same as `DNSDomain`."),
    text("Url_s", Address, "Same as `Url`."),
    real("Port_d", Address, "Same as `Port`, as a real number."),
    COMPUTER,
    TIME_GENERATED,
    TYPE,
    RESOURCE_ID,
    TENANT_ID,
    SOURCE_SYSTEM,
    BILLED_SIZE,
    IS_BILLABLE,
];
