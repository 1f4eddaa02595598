//! The company as people export their inventory: what Azure Resource Graph answers, and a sites file.
//!
//! - `inventory/resource-graph.json`: rows of `resources`, `computeresources` and `networkresources`, in the form that
//!   `az graph query` prints, a row a line
//! - `inventory/subscriptions.json`: rows of `resourcecontainers`
//! - `inventory/sites.yaml`: what no resource tells
//!
//! Beside it, below `intel`, stands what feeds would say of the addresses outside: `feeds` makes it.
//!
//! The files come from the same tables as the logs: every interface that logs is in them.
//! <https://learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources>

mod balancing;
mod compute;
pub(crate) mod feeds;
mod gateways;
mod interfaces;
mod manager;
mod networks;
mod row;
mod rules;
mod sites;

use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::config::LogFormat;
use crate::model::Company;
use crate::traffic::Plan;

/// Folder of the inventory below the root.
pub(crate) const FOLDER: &str = "inventory";
/// Digits that a number of rows may have.
const COUNT_DIGITS: usize = 10;

/// What the rows are made of.
pub(crate) struct Export<'a> {
    /// The company, with all background machines that the inventory is to have.
    pub(crate) company: &'a Company,
    /// What is logged, for the rules of the company's own security groups.
    pub(crate) plan: &'a Plan,
    /// Which flow logs exist.
    pub(crate) format: LogFormat,
}

/// Takes rows in.
type Rows<'r> = dyn FnMut(Value) -> io::Result<()> + 'r;

/// Writes the files of the inventory into a folder, which is made.
pub(crate) fn write(export: &Export<'_>, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    answer(&folder.join("resource-graph.json"), |rows| {
        networks::rows(export, rows)?;
        rules::rows(export, rows)?;
        interfaces::rows(export, rows)?;
        compute::rows(export, rows)?;
        balancing::rows(export, rows)?;
        gateways::rows(export, rows)?;
        manager::rows(export, rows)
    })?;
    answer(&folder.join("subscriptions.json"), |rows| subscriptions(export.company, rows))?;
    fs::write(folder.join("sites.yaml"), sites::text(export.company))
}

/// Writes the answer of a query: how many rows there are stands in front of them.
fn answer(path: &Path, fill: impl FnOnce(&mut Rows<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    let head = "{\n\"count\": ";
    write!(out, "{head}{:COUNT_DIGITS$},\n\"data\": [", "")?;
    let mut count = 0_u64;
    fill(&mut |row| {
        out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
        count += 1;
        serde_json::to_writer(&mut out, &row).map_err(io::Error::from)
    })?;
    write!(out, "\n],\n\"skip_token\": null,\n\"total_records\": {count}\n}}\n")?;
    out.seek(SeekFrom::Start(head.len() as u64))?;
    write!(out, "{count:COUNT_DIGITS$}")?;
    out.flush()
}

fn subscriptions(company: &Company, rows: &mut Rows<'_>) -> io::Result<()> {
    for subscription in &company.subscriptions {
        rows(json!({
            "id": format!("/subscriptions/{}", subscription.id),
            "name": subscription.name,
            "type": "microsoft.resources/subscriptions",
            "tenantId": company.tenant_id,
            "subscriptionId": subscription.id,
            "properties": {
                "state": "Enabled",
                "subscriptionPolicies": {
                    "locationPlacementId": "Public_2014-09-01",
                    "quotaId": "EnterpriseAgreement_2014-09-01",
                    "spendingLimit": "Off",
                },
                "managedByTenants": [],
            },
            "tags": null,
        }))?;
    }
    Ok(())
}
