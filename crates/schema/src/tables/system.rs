//! The columns that every table of a Log Analytics workspace carries.

use super::{datetime, real, text};
use crate::Source::{Blank, Constant, Derived, Run};
use crate::{Column, Unit};

pub(super) const TIME_GENERATED: Column = datetime(
    "TimeGenerated",
    Run,
    "When the row entered the table: the processing time, or the end of its interval for imported history.",
);

pub(super) const TENANT_ID: Column =
    text("TenantId", Constant, "Id of the workspace (not of the directory): a GUID, lower case.");

pub(super) const TYPE: Column = text("Type", Constant, "Name of the table.");

pub(super) const SOURCE_SYSTEM: Column = text("SourceSystem", Blank, "Collecting agent; blank.");

pub(super) const BILLED_SIZE: Column = real("_BilledSize", Run, "Size of the row.").counting(Unit::Bytes);

pub(super) const IS_BILLABLE: Column =
    text("_IsBillable", Constant, "`false`: the row costs nothing to take in.");

pub(super) const COMPUTER: Column = text("Computer", Blank, "Reporting machine; blank.");

pub(super) const RESOURCE_ID: Column = text("_ResourceId", Blank, "Azure resource that sent the row; blank.");

/// The partition column; `doc` says which time it is the day of.
///
/// Tables list it last, since a reader of Parquet appends partition columns to those of the files.
pub(super) const fn day(doc: &'static str) -> Column {
    datetime("Day", Derived, doc).counting(Unit::Days)
}
