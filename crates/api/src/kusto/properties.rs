//! Request properties: what a client asks of the way in which its query runs.
//!
//! Source: <https://learn.microsoft.com/kusto/api/rest/request-properties>

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::Value;
use weir_answer::encode::kusto_v2::{Cut, Errors, Frames};
use weir_kql::ast::{ExprKind, Literal, StatementKind};
use weir_query::TimeScope;
use weir_value::{datetime, timespan};

use crate::ask::Bounds;
use crate::failure::Failure;
use crate::limits::Limits;

/// Properties of a request, their names in lower case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Properties {
    options: BTreeMap<String, Value>,
    /// Values of `declare query_parameters`, as texts.
    pub parameters: HashMap<String, String>,
    /// An id that the client gave the request inside its properties.
    pub client_request_id: Option<String>,
}

/// Most properties and parameters of a request.
const COUNT_MAX: usize = 1_000;

impl Properties {
    /// Reads properties: nothing, an object, or a text that is an object.
    pub fn read(value: &Value) -> Result<Self, Failure> {
        let bad = |what: &str| Failure::Request(format!("the properties of the request are {what}"));
        let parsed;
        let value = match value {
            Value::Null => return Ok(Properties::default()),
            Value::String(text) if text.trim().is_empty() => return Ok(Properties::default()),
            Value::String(text) => {
                parsed =
                    serde_json::from_str::<Value>(text).map_err(|error| bad(&format!("no JSON: {error}")))?;
                &parsed
            }
            other => other,
        };
        let object = match value {
            Value::Null => return Ok(Properties::default()),
            value => value.as_object().ok_or_else(|| bad("no object"))?,
        };
        let mut properties = Properties::default();
        for (name, value) in object {
            match (name.to_ascii_lowercase().as_str(), value) {
                ("options", Value::Object(options)) => {
                    let options =
                        options.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
                    properties.options.extend(options);
                }
                ("parameters", Value::Object(parameters)) => {
                    let parameters =
                        parameters.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?)));
                    properties.parameters.extend(parameters);
                }
                ("options" | "parameters", Value::Null) => {}
                ("options" | "parameters", _) => {
                    return Err(bad(&format!("not understood: '{name}' is no object")));
                }
                ("clientrequestid", Value::String(id)) => properties.client_request_id = Some(id.clone()),
                _ => {}
            }
        }
        if properties.options.len() + properties.parameters.len() > COUNT_MAX {
            return Err(bad("too many"));
        }
        Ok(properties)
    }

    /// The same with what `set` statements of the query say.
    pub fn with_statements(mut self, query: &str) -> Self {
        // Nearly no query has any, and reading costs.
        if !query.split_whitespace().any(|word| word.eq_ignore_ascii_case("set")) {
            return self;
        }
        for statement in weir_kql::parse(query).query.statements {
            let StatementKind::Set { option, value } = statement.kind else { continue };
            let value = match value.map(|value| value.kind) {
                None => Value::Bool(true),
                Some(ExprKind::Literal(literal)) => match literal_value(&literal) {
                    Some(value) => value,
                    None => continue,
                },
                Some(ExprKind::Name(name)) => Value::String(name.text),
                Some(_) => continue,
            };
            self.options.insert(option.text.to_ascii_lowercase(), value);
        }
        self
    }

    fn option(&self, name: &str) -> Option<&Value> {
        self.options.get(name).filter(|value| !value.is_null())
    }

    fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.option(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Number(number)) => Ok(number.as_f64() != Some(0.0)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(true),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(false),
            Some(other) => Err(wrong(name, other, "true or false")),
        }
    }

    fn count(&self, name: &str) -> Result<Option<usize>, Failure> {
        let Some(value) = self.option(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| wrong(name, value, "a whole number"))?;
        Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.option(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn time(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(value) = self.option(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| wrong(name, value, "a datetime"))?;
        moment(text).map(Some).ok_or_else(|| wrong(name, value, "a datetime"))
    }

    /// What the answer may cost.
    pub fn bounds(&self, limits: &Limits) -> Result<Bounds, Failure> {
        let timeout = match self.option("servertimeout") {
            Some(value) => {
                let time = value.as_str().and_then(duration);
                time.ok_or_else(|| wrong("servertimeout", value, "a timespan such as 00:04:00 or 4m"))?
            }
            None if self.flag("norequesttimeout")? => limits.timeout_max,
            None => limits.timeout,
        };
        let whole = self.flag("notruncation")?;
        let (rows, bytes) = if whole { (usize::MAX, limits.bytes_max) } else { (limits.rows, limits.bytes) };
        Ok(Bounds {
            timeout: timeout.min(limits.timeout_max),
            rows: self.count("truncationmaxrecords")?.unwrap_or(rows),
            bytes: self.count("truncationmaxsize")?.unwrap_or(bytes).min(limits.bytes_max),
            take: self.count("query_take_max_records")?,
        })
    }

    /// What `now()` is to be, ticks since 0001-01-01.
    pub fn now(&self) -> Result<Option<i64>, Failure> {
        self.time("query_now")
    }

    /// The stretch of time that tables are narrowed to.
    pub fn scope(&self) -> Result<Option<TimeScope>, Failure> {
        let (from_ticks, to_ticks) =
            (self.time("query_datetimescope_from")?, self.time("query_datetimescope_to")?);
        if from_ticks.is_none() && to_ticks.is_none() {
            return Ok(None);
        }
        let column = self.text("query_datetimescope_column").unwrap_or("TimeGenerated").to_owned();
        Ok(Some(TimeScope { column, from_ticks, to_ticks }))
    }

    /// In which frames the answer is to come.
    pub fn frames(&self) -> Result<Frames, Failure> {
        let fragments = self.flag("results_v2_fragment_primary_tables")?;
        let cut = match (fragments, self.flag("results_progressive_enabled")?) {
            (true, _) => Cut::Fragments,
            (false, true) => Cut::Progressive,
            (false, false) => Cut::Whole,
        };
        let errors = match self.text("results_error_reporting_placement") {
            _ if self.flag("deferpartialqueryfailures")? => Errors::Deferred,
            Some(place) if place.eq_ignore_ascii_case("end_of_table") => Errors::EndOfTable,
            Some(place) if place.eq_ignore_ascii_case("end_of_dataset") => Errors::EndOfDataSet,
            _ => Errors::InData,
        };
        Ok(Frames { cut, lines: self.flag("results_v2_newlines_between_frames")?, errors })
    }

    /// Refuses languages other than KQL.
    pub fn check_language(&self) -> Result<(), Failure> {
        match self.text("query_language") {
            Some(language) if !["kql", "csl", "kusto"].contains(&language.to_ascii_lowercase().as_str()) => {
                Err(Failure::Request(format!("the query language '{language}' is not supported: write KQL")))
            }
            _ => Ok(()),
        }
    }
}

fn wrong(name: &str, value: &Value, expected: &str) -> Failure {
    let shown: String = value.to_string().chars().take(100).collect();
    Failure::Request(format!("the request property '{name}' is {shown}; expected {expected}"))
}

/// The text of a parameter's value.
fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => format!("dynamic({value})"),
    })
}

fn literal_value(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Bool(value) => Value::Bool((*value)?),
        Literal::Int(value) => Value::from((*value)?),
        Literal::Long(value) => Value::from((*value)?),
        Literal::Real(value) => Value::from((*value)?),
        Literal::String(text) => Value::String(text.value.clone()),
        Literal::Datetime(ticks) => Value::String(datetime::format((*ticks)?)),
        Literal::Timespan(ticks) => Value::String(timespan::format((*ticks)?)),
        _ => return None,
    })
}

/// A moment: a text or a literal of the language, in ticks since 0001-01-01.
pub fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    let inner = text.strip_prefix("datetime(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    datetime::parse(inner.trim().trim_matches(['"', '\'']))
}

/// A stretch of time, as the language and its clients write it: `00:04:00`, `4m`, `1 day, 0:00:00`,
/// `timespan(00:04:00)`.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let inner = text
        .strip_prefix("timespan(")
        .or_else(|| text.strip_prefix("time("))
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(text);
    if inner.is_empty() {
        return None;
    }
    let (days, clock) = match inner.split_once(" day") {
        Some((days, rest)) => {
            let rest = rest.trim_start_matches('s').trim_start_matches(',').trim();
            (days.trim().parse::<i64>().ok()?, rest)
        }
        None => (0, inner),
    };
    let ticks = if clock.is_empty() { Some(0) } else { clock_ticks(clock) };
    let ticks = ticks?.checked_add(days.checked_mul(timespan::TICKS_PER_DAY)?)?;
    u64::try_from(ticks).ok().and_then(|ticks| ticks.checked_mul(100)).map(Duration::from_nanos)
}

/// A time of day with an hour of any number of digits, or a literal of the language.
fn clock_ticks(text: &str) -> Option<i64> {
    timespan::parse_literal(text)
        .or_else(|| timespan::parse(text))
        .or_else(|| timespan::parse(&format!("0{text}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Properties {
        Properties::read(value).unwrap()
    }

    #[test]
    fn all_shapes_are_read() {
        let object =
            json!({ "Options": { "servertimeout": "00:01:00" }, "Parameters": { "n": 10, "s": "x" } });
        let lower =
            json!({ "options": { "ServerTimeout": "00:01:00" }, "parameters": { "n": 10, "s": "x" } });
        assert_eq!(read(&object), read(&lower));
        assert_eq!(read(&object), read(&Value::String(object.to_string())));
        assert_eq!(read(&object).parameters["n"], "10");
        assert_eq!(read(&Value::Null), Properties::default());
        assert_eq!(read(&json!({ "Options": null, "Parameters": null })), Properties::default());
        for wrong in [json!(5), json!("{"), json!([1]), json!({ "Options": 3 })] {
            assert!(Properties::read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_read_as_every_client_writes_them() {
        for (text, seconds) in [
            ("0:03:00", 180.0),
            ("1 day, 0:00:00", 86_400.0),
            ("2 days, 1:00:01", 176_401.0),
            ("00:03:00.000", 180.0),
            ("00:04:30", 270.0),
            ("50m", 3_000.0),
            ("1.00:00:00", 86_400.0),
            ("00:00:00.5", 0.5),
            ("timespan(00:00:30)", 30.0),
        ] {
            assert_eq!(duration(text).map(|time| time.as_secs_f64()), Some(seconds), "{text}");
        }
        for text in ["", "soon", "-00:01:00", "99999999999 days, 0:00:00", "1 day, x"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn limits_are_asked_for_and_bounded() {
        let limits = Limits::default();
        let bounds = |options: Value| read(&json!({ "Options": options })).bounds(&limits);
        assert_eq!(bounds(json!({})).unwrap().rows, limits.rows);
        assert_eq!(bounds(json!({ "truncationmaxrecords": 5 })).unwrap().rows, 5);
        assert_eq!(bounds(json!({ "truncationmaxrecords": "5" })).unwrap().rows, 5);
        let whole = bounds(json!({ "notruncation": true })).unwrap();
        assert_eq!((whole.rows, whole.bytes), (usize::MAX, limits.bytes_max));
        assert_eq!(bounds(json!({ "norequesttimeout": true })).unwrap().timeout, limits.timeout_max);
        assert_eq!(bounds(json!({ "servertimeout": "10.00:00:00" })).unwrap().timeout, limits.timeout_max);
        assert_eq!(bounds(json!({ "query_take_max_records": 7 })).unwrap().take, Some(7));
        assert!(bounds(json!({ "truncationmaxrecords": -1 })).is_err());
        assert!(bounds(json!({ "servertimeout": [] })).is_err());
    }

    #[test]
    fn statements_set_the_same() {
        let set =
            Properties::default().with_statements("set truncationmaxrecords=1; set notruncation; print 1");
        let bounds = set.bounds(&Limits::default()).unwrap();
        assert_eq!((bounds.rows, bounds.bytes), (1, Limits::default().bytes_max));
        let set = Properties::default().with_statements("set query_now=datetime(2020-01-01); print now()");
        assert_eq!(set.now().unwrap(), moment("2020-01-01"));
    }

    #[test]
    fn frames_are_as_asked_for() {
        let go = json!({ "Options": {
            "results_v2_newlines_between_frames": true,
            "results_v2_fragment_primary_tables": true,
            "results_error_reporting_placement": "end_of_table",
            "results_progressive_enabled": true,
        }});
        let frames = read(&go).frames().unwrap();
        assert_eq!((frames.cut, frames.lines, frames.errors), (Cut::Fragments, true, Errors::EndOfTable));
        assert!(read(&json!({ "Options": { "query_language": "sql" } })).check_language().is_err());
    }
}
