//! What networks and machines there are, and what joins them: by the inventory, or by flows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use weir_value::datetime;

use super::or_refusal;
use super::status::{answers, objects};
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::kusto::moment;
use crate::service::Service;

const INVENTORY: &str = include_str!("topology.kql");
const TRAFFIC: &str = include_str!("traffic.kql");
/// The most nodes, and the most links.
const MOST_MAX: u32 = 100_000;
const INVENTORY_LEVELS: [&str; 3] = ["network", "subnet", "machine"];
const TRAFFIC_LEVELS: [&str; 5] = ["region", "network", "subnet", "machine", "address"];

/// `GET /api/v1/workspaces/{workspace}/topology`
pub async fn topology(
    State(service): State<Arc<Service>>,
    Extension(context): Extension<Context>,
    Path(name): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    or_refusal(respond(&service, &context, &name, &asked).await, &context)
}

async fn respond(
    service: &Service,
    context: &Context,
    name: &str,
    asked: &BTreeMap<String, String>,
) -> Result<Response, Failure> {
    let (of_inventory, of_traffic) = (inventory_parameters(asked), traffic_parameters(asked)?);
    let told = match asked.get("source").map_or("inventory", String::as_str) {
        "flows" => traffic(service, context, name, of_traffic, None).await?,
        "inventory" => match inventory(service, context, name, of_inventory?).await? {
            Some(told) => told,
            None => {
                let note = "no inventory was imported: this is who talks to whom by flows; weir topology import reads one";
                traffic(service, context, name, of_traffic, Some(note)).await?
            }
        },
        _ => return Err(wrong("'source' is inventory or flows")),
    };
    Ok(http::json(StatusCode::OK, &told))
}

fn wrong(message: &str) -> Failure {
    Failure::Request(message.to_owned())
}

fn inventory_parameters(asked: &BTreeMap<String, String>) -> Result<HashMap<String, String>, Failure> {
    let mut parameters = HashMap::new();
    if let Some(level) = asked.get("level") {
        if !INVENTORY_LEVELS.contains(&level.as_str()) {
            let message =
                "the level of an inventory is network, subnet or machine; others are for source=flows";
            return Err(wrong(message));
        }
        parameters.insert("level".to_owned(), level.clone());
    }
    if let Some(at) = asked.get("at") {
        let ticks = moment(at).ok_or_else(|| wrong("'at' is no datetime: write 2026-06-01T12:00:00Z"))?;
        parameters.insert("at".to_owned(), datetime::format(ticks));
    }
    parameters.extend(most(asked)?);
    Ok(parameters)
}

fn traffic_parameters(asked: &BTreeMap<String, String>) -> Result<HashMap<String, String>, Failure> {
    let mut parameters = HashMap::new();
    if let Some(level) = asked.get("level") {
        if !TRAFFIC_LEVELS.contains(&level.as_str()) {
            return Err(wrong("the level of a topology is region, network, subnet, machine or address"));
        }
        parameters.insert("level".to_owned(), level.clone());
    }
    if let Some(period) = asked.get("period") {
        if weir_value::timespan::parse_literal(period).is_none() {
            return Err(wrong("the period is no timespan: write 6h or 7d"));
        }
        parameters.insert("period".to_owned(), period.clone());
    }
    parameters.extend(most(asked)?);
    Ok(parameters)
}

fn most(asked: &BTreeMap<String, String>) -> Result<Option<(String, String)>, Failure> {
    let Some(most) = asked.get("most") else { return Ok(None) };
    let most: Option<u32> = most.parse().ok().filter(|most| (1..=MOST_MAX).contains(most));
    let most = most.ok_or_else(|| wrong(&format!("'most' is no number from 1 to {MOST_MAX}")))?;
    Ok(Some(("most".to_owned(), most.to_string())))
}

/// What the inventory has; nothing where there is none.
async fn inventory(
    service: &Service,
    context: &Context,
    name: &str,
    parameters: HashMap<String, String>,
) -> Result<Option<Value>, Failure> {
    let answers = answers(service, context, name, INVENTORY, parameters).await?;
    let [run, nodes, links] = answers.as_slice() else { return Ok(None) };
    let (run, nodes, links) = (objects(run)?, objects(nodes)?, objects(links)?);
    let Some(run) = run.get(0) else { return Ok(None) };
    Ok(Some(json!({
        "source": "inventory",
        "note": null,
        "run": run["Run"],
        "snapshot": run["Snapshot"],
        "nodesFound": run["Nodes"],
        "linksFound": run["Links"],
        "nodes": members(&nodes),
        "links": members(&links),
    })))
}

/// Who talks to whom.
async fn traffic(
    service: &Service,
    context: &Context,
    name: &str,
    parameters: HashMap<String, String>,
    note: Option<&str>,
) -> Result<Value, Failure> {
    let level = parameters.get("level").cloned().unwrap_or_else(|| "machine".to_owned());
    let answers = answers(service, context, name, TRAFFIC, parameters).await?;
    let links = answers.first().map_or_else(|| Ok(json!([])), objects)?;
    let nodes = ends(&links, &level);
    let mut links = members(&links);
    for link in &mut links {
        link.insert("kind".to_owned(), "traffic".into());
    }
    Ok(json!({
        "source": "flows",
        "note": note,
        "run": null,
        "snapshot": null,
        "nodesFound": nodes.len(),
        "linksFound": links.len(),
        "nodes": nodes,
        "links": links,
    }))
}

/// The ends of links, each with its bytes.
fn ends(links: &Value, level: &str) -> Vec<Value> {
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    for link in links.as_array().into_iter().flatten() {
        let bytes = link.get("Bytes").and_then(Value::as_u64).unwrap_or(0);
        for end in ["Source", "Destination"] {
            if let Some(name) = link.get(end).and_then(Value::as_str) {
                let sum = ends.entry(name).or_default();
                *sum = sum.saturating_add(bytes);
            }
        }
    }
    let node = |(name, bytes)| json!({ "id": name, "kind": level, "name": name, "bytes": bytes });
    ends.into_iter().map(node).collect()
}

/// Rows as JSON has them: names of columns begin small.
fn members(rows: &Value) -> Vec<Map<String, Value>> {
    let small = |name: &str| {
        let mut letters = name.chars();
        letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
    };
    let rows = rows.as_array().into_iter().flatten().filter_map(Value::as_object);
    rows.map(|row| row.iter().map(|(name, value)| (small(name), value.clone())).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn levels_are_those_of_the_source() {
        assert!(inventory_parameters(&asked(&[("level", "subnet"), ("at", "2026-06-01")])).is_ok());
        for wrong in [("level", "region"), ("at", "soon"), ("most", "0")] {
            assert!(inventory_parameters(&asked(&[wrong])).is_err(), "{wrong:?}");
        }
        assert!(traffic_parameters(&asked(&[("level", "region"), ("period", "7d")])).is_ok());
        for wrong in [("level", "x"), ("period", "x"), ("most", "100001")] {
            assert!(traffic_parameters(&asked(&[wrong])).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn ends_of_links_are_nodes() {
        let links = json!([
            { "Source": "a", "Destination": "b", "Bytes": 3 },
            { "Source": "b", "Destination": "c", "Bytes": 4 },
        ]);
        let nodes = ends(&links, "machine");
        assert_eq!(nodes[1], json!({ "id": "b", "kind": "machine", "name": "b", "bytes": 7 }));
        assert_eq!(members(&links)[0]["source"], "a");
    }
}
