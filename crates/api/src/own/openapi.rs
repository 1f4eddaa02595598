//! The description of weir's own interface, as OpenAPI has it.

use serde_json::{Map, Value, json};

use super::accept::FORMS;

/// The description; `docs/reference/openapi.json` is a copy of it.
pub fn openapi() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "weir",
            "version": "1",
            "description": "weir's own interface. The protocols of Kusto (/v1/rest, /v2/rest) and of Azure Monitor \
                            Log Analytics (/v1/workspaces/…) are served beside it, as their clients know them.",
        },
        "security": [{}, { "token": [] }],
        "paths": paths(),
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
            "responses": {
                "Error": {
                    "description": "The request failed.",
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
                },
            },
        },
    })
}

fn paths() -> Value {
    let workspace =
        || parameter("workspace", "path", "Name or id of a workspace.", json!({ "type": "string" }));
    let optional = |name: &str, description: &str, schema: Value| {
        let mut parameter = parameter(name, "query", description, schema);
        parameter["required"] = false.into();
        parameter
    };
    let text = || json!({ "type": "string" });
    let source = optional(
        "source",
        "What is told: what the inventory has, or who talks to whom by flows; flows, too, where there is no inventory.",
        json!({ "type": "string", "enum": ["inventory", "flows"], "default": "inventory" }),
    );
    let level = optional(
        "level",
        "How fine: of an inventory network, subnet or machine; of flows what the ends of links are, where what has no name \
         at that level keeps its address.",
        json!({
            "type": "string",
            "enum": ["region", "network", "subnet", "machine", "address"],
            "default": "machine",
        }),
    );
    let at = optional("at", "As of when the inventory is told: a datetime; now without it.", text());
    let period = optional(
        "period",
        "How far back flows are looked at, such as 6h or 7d.",
        json!({ "type": "string", "default": "1d" }),
    );
    let most = optional(
        "most",
        "The most nodes and links: coarse ones first, of flows those with the most bytes. 10000 without it, of flows 500.",
        json!({ "type": "integer", "minimum": 1, "maximum": 100_000 }),
    );
    let from = optional("from", "Logs of this time or later are looked at: a datetime.", text());
    let to = optional("to", "Logs before this time are looked at.", text());
    let now = optional("now", "What time it is, instead of the clock.", text());
    let rows = optional(
        "rows",
        "The most rows of details of each check.",
        json!({ "type": "integer", "minimum": 0, "maximum": 100_000, "default": 20 }),
    );
    json!({
        "/api/v1/openapi.json": { "get": operation("This description.", &[], "object") },
        "/api/v1/status": { "get": operation("The server, its load, its limits and its workspaces.", &[], "Status") },
        "/api/v1/running": { "get": operation("The queries that run or wait.", &[], "Running") },
        "/api/v1/running/{id}": {
            "delete": operation(
                "Stops a query.",
                &[parameter("id", "path", "Its id, or the one its client gave it.", json!({ "type": "string" }))],
                "object",
            ),
        },
        "/api/v1/queries": { "get": operation("The saved queries.", &[], "SavedQueries") },
        "/api/v1/queries/{name}": {
            "get": operation(
                "A saved query with its text.",
                &[parameter("name", "path", "Its name.", json!({ "type": "string" }))],
                "SavedQuery",
            ),
        },
        "/api/v1/workspaces/{workspace}/ingest": {
            "get": operation("What was read, and what could not be.", &[workspace()], "object"),
        },
        "/api/v1/workspaces/{workspace}/topology": {
            "get": operation(
                "What networks and machines there are, and what joins them.",
                &[workspace(), source, level, at, period, most],
                "Topology",
            ),
        },
        "/api/v1/workspaces/{workspace}/doctor": {
            "get": operation(
                "What is wrong with what is stored: missing, logged twice, not used, not named, old. The same as weir doctor.",
                &[workspace(), from, to, now, rows],
                "Doctor",
            ),
        },
        "/api/v1/workspaces/{workspace}/query": { "post": query(&workspace()) },
        "/api/v1/workspaces/{workspace}/raw": { "post": raw(&workspace()) },
    })
}

fn parameter(name: &str, place: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": place, "required": true, "description": description, "schema": schema })
}

fn operation(summary: &str, parameters: &[Value], schema: &str) -> Value {
    let schema = match schema {
        "object" => json!({ "type": "object" }),
        name => json!({ "$ref": format!("#/components/schemas/{name}") }),
    };
    json!({
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": { "description": "Done.", "content": { "application/json": { "schema": schema } } },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn query(workspace: &Value) -> Value {
    let forms: Map<String, Value> = FORMS.iter().map(|(name, _)| ((*name).to_owned(), json!({}))).collect();
    json!({
        "summary": "Answers a query in KQL, in the form that Accept names.",
        "parameters": [workspace],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Question" } } },
        },
        "responses": {
            "200": {
                "description": "The rows of one result.",
                "headers": {
                    "weir-cut": {
                        "description": "There when rows were cut off, with the reason.",
                        "schema": { "type": "string" },
                    },
                    "weir-notes": {
                        "description": "Notes and warnings on the query, as JSON.",
                        "schema": { "type": "string" },
                    },
                },
                "content": forms,
            },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn raw(workspace: &Value) -> Value {
    let forms: Map<String, Value> = FORMS.iter().map(|(name, _)| ((*name).to_owned(), json!({}))).collect();
    json!({
        "summary": "The raw tuples behind rows, in the form that Accept names; read again from the folders that the \
                    server was given by --sources.",
        "parameters": [workspace],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Raw" } } },
        },
        "responses": {
            "200": {
                "description": "A row for each tuple.",
                "headers": {
                    "weir-cut": {
                        "description": "There when there are more tuples.",
                        "schema": { "type": "string" },
                    },
                    "weir-missing": {
                        "description": "There when blobs could not be read again: how many, and the first of them, as JSON.",
                        "schema": { "type": "string" },
                    },
                },
                "content": forms,
            },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "number" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let object = |members: Value| json!({ "type": "object", "properties": members });
    json!({
        "Error": object(json!({
            "error": object(json!({
                "code": text(),
                "message": text(),
                "request": text(),
                "diagnostics": list(object(json!({
                    "severity": { "type": "string", "enum": ["note", "warning", "error"] },
                    "code": { "type": ["string", "null"] },
                    "start": { "type": "integer", "description": "Bytes from the beginning of the query." },
                    "end": { "type": "integer" },
                    "message": text(),
                    "hint": { "type": ["string", "null"] },
                }))),
            })),
        })),
        "Question": {
            "type": "object",
            "description": "Either 'query' or 'saved' is needed.",
            "properties": {
                "query": { "type": "string", "description": "The text of the query." },
                "saved": { "type": "string", "description": "The name of a saved query." },
                "parameters": {
                    "type": "object",
                    "description": "Values of what the query declares by declare query_parameters.",
                    "additionalProperties": { "type": ["string", "number", "boolean"] },
                },
                "timespan": {
                    "type": "string",
                    "description": "ISO 8601: a duration up to now, or an interval, that TimeGenerated is in.",
                },
                "now": { "type": "string", "description": "What now() is, instead of the clock." },
                "timeout": { "type": "number", "description": "Seconds that the query may take." },
                "rows": { "type": "integer", "description": "Rows beyond which the result is cut off." },
                "result": { "type": "integer", "description": "Which result, where the query has several; from 0 on." },
            },
        },
        "Raw": {
            "type": "object",
            "description": "One of 'where' and 'query' is needed, or 'from' or 'to'.",
            "properties": {
                "where": { "type": "string", "description": "Rows of NTANetAnalytics that meet a condition in KQL." },
                "query": {
                    "type": "string",
                    "description": "A query for rows, with any of the columns that tell flows apart.",
                },
                "parameters": {
                    "type": "object",
                    "description": "Values of what the query declares by declare query_parameters.",
                    "additionalProperties": { "type": ["string", "number", "boolean"] },
                },
                "from": { "type": "string", "description": "Tuples of this time or later." },
                "to": { "type": "string", "description": "Tuples before this time." },
                "now": { "type": "string", "description": "What now() is, instead of the clock." },
                "limit": { "type": "integer", "description": "The most tuples.", "default": 10000 },
                "timeout": { "type": "number", "description": "Seconds that it may take." },
            },
        },
        "SavedQueries": object(json!({
            "queries": list(object(json!({ "name": text(), "description": text() }))),
        })),
        "SavedQuery": object(json!({ "name": text(), "description": text(), "query": text() })),
        "Running": object(json!({
            "queries": list(object(json!({
                "id": text(),
                "clientRequestId": text(),
                "principal": { "type": ["string", "null"] },
                "address": text(),
                "workspace": text(),
                "query": text(),
                "started": text(),
                "seconds": number(),
            }))),
        })),
        "Topology": object(json!({
            "source": { "type": "string", "enum": ["inventory", "flows"] },
            "note": { "type": ["string", "null"], "description": "Why it is not what was asked for." },
            "run": { "type": ["string", "null"], "description": "The run of the inventory: TimeProcessed of its rows." },
            "snapshot": { "type": ["string", "null"], "description": "The import that the run was of." },
            "nodesFound": { "type": "integer", "description": "How many there are; nodes has the most that were asked for." },
            "linksFound": { "type": "integer" },
            "nodes": list(object(json!({
                "id": text(),
                "kind": { "type": "string", "description": "Type of the resource; of flows the level." },
                "name": text(),
                "subscription": text(),
                "region": text(),
                "addresses": text(),
                "macAddress": text(),
                "sku": text(),
                "state": text(),
                "flowsAreLogged": { "type": ["boolean", "null"] },
                "bytes": { "type": "integer", "description": "Of flows alone." },
            }))),
            "links": list(object(json!({
                "kind": {
                    "type": "string",
                    "description": "peering, connection, gateway, subnet, security group, route table, front end, back ends, \
                                    endpoint, interface, machine, scale set; of flows traffic.",
                },
                "source": { "type": "string", "description": "The id of a node." },
                "destination": { "type": "string", "description": "The id of a node; blank where the inventory does not tell." },
                "name": text(),
                "state": text(),
                "bytes": { "type": "integer", "description": "Of flows alone." },
                "flows": { "type": "integer" },
                "denied": { "type": "integer" },
            }))),
        })),
        "Doctor": object(json!({
            "workspace": text(),
            "from": { "type": ["string", "null"] },
            "to": { "type": ["string", "null"] },
            "now": text(),
            "verdict": { "type": "string", "enum": ["ok", "note", "warning", "problem"] },
            "problems": { "type": "integer" },
            "warnings": { "type": "integer" },
            "notes": { "type": "integer" },
            "checks": list(object(json!({
                "check": text(),
                "title": text(),
                "verdict": { "type": "string", "enum": ["ok", "note", "warning", "problem"] },
                "summary": { "type": "string", "description": "What, and how much." },
                "examples": list(text()),
                "advice": { "type": "string", "description": "What to do about it; blank where nothing is to be done." },
                "query": { "type": "string", "description": "The query that found it; blank where tables do not tell." },
                "found": { "type": "integer", "description": "Rows of details; rows has the first of them." },
                "rows": list(json!({ "type": "object" })),
            }))),
        })),
        "Status": object(json!({
            "program": text(),
            "uptimeSeconds": number(),
            "running": { "type": "integer" },
            "waiting": { "type": "integer" },
            "principal": { "type": ["string", "null"] },
            "role": { "type": "string", "enum": ["reader", "operator"] },
            "defaultWorkspace": text(),
            "workspaces": list(object(json!({
                "name": text(),
                "id": text(),
                "intervalMinutes": { "type": "integer" },
                "created": text(),
                "tables": list(object(json!({
                    "name": text(),
                    "version": { "type": "integer" },
                    "files": { "type": "integer" },
                    "rows": { "type": "integer" },
                    "bytes": { "type": "integer" },
                }))),
            }))),
            "limits": object(json!({
                "timeoutSeconds": number(),
                "timeoutMaxSeconds": number(),
                "rows": { "type": "integer" },
                "bytes": { "type": "integer" },
                "queryMemoryBytes": { "type": "integer" },
                "bodyBytes": { "type": "integer" },
            })),
        })),
    })
}
