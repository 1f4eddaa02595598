//! Version 2 of Kusto's answers, as `/v2/rest/query` gives it: an array of frames.
//!
//! A header, the extended properties, the results, how the query ended, and an end. Results are one frame each, or,
//! where the client asks for it, a head, fragments of some thousand rows and an end. Clients read frames by their
//! first bytes, so the order of members is part of the format.
//!
//! Source: <https://learn.microsoft.com/kusto/api/rest/response-http-v2>

use std::io::{self, Write};

use arrow_array::RecordBatch;
use serde_json::{Value, json};
use weir_value::{KustoType, datetime};

use super::json_text::JsonText;
use super::kusto_v1::visualization;
use super::{PartialFailure, Request, ZERO_GUID, statistics};
use crate::{Answer, Column};

/// What a client asks of the frames.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frames {
    /// How results are cut.
    pub cut: Cut,
    /// Whether each frame has a line of its own.
    pub lines: bool,
    /// Where errors are told that come after rows.
    pub errors: Errors,
}

/// How results are cut into frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cut {
    /// Not at all: a frame each.
    #[default]
    Whole,
    /// Into fragments.
    Fragments,
    /// Into fragments, with word of the progress.
    Progressive,
}

/// Where errors are told that come after rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Errors {
    /// As the last of the rows.
    #[default]
    InData,
    /// At the end of the table and of everything.
    EndOfTable,
    /// At the end of everything.
    EndOfDataSet,
    /// Among the information on how the query ended; everything else looks as if it had succeeded.
    Deferred,
}

impl Errors {
    fn name(self) -> &'static str {
        match self {
            Errors::InData | Errors::Deferred => "InData",
            Errors::EndOfTable => "EndOfTable",
            Errors::EndOfDataSet => "EndOfDataset",
        }
    }
}

/// Rows of a fragment.
const FRAGMENT_ROWS: usize = 4096;

/// Writes the answers of a query's statements, in their order.
pub fn write(
    answers: &[&Answer],
    request: &Request,
    frames: Frames,
    failure: Option<&PartialFailure>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut json = JsonText::new(out);
    let next = if frames.lines { "\n," } else { "," };
    let cut = frames.cut != Cut::Whole;
    json.raw(&format!(
        "[{{\"FrameType\":\"DataSetHeader\",\"IsProgressive\":{},\"Version\":\"v2.0\",\"IsFragmented\":{},\
         \"ErrorReportingPlacement\":\"{}\"}}",
        frames.cut == Cut::Progressive,
        frames.cut == Cut::Fragments,
        frames.errors.name(),
    ))?;
    json.raw(next)?;
    let properties = answers.iter().enumerate().map(|(number, answer)| {
        json!([number + 1, "Visualization", visualization(answer.render.as_ref()).to_string()])
    });
    let properties: Vec<Value> = properties.collect();
    small_table(0, "QueryProperties", "@ExtendedProperties", &PROPERTIES, &properties, &mut json)?;
    for (number, answer) in answers.iter().enumerate() {
        let failed = failure.filter(|failure| failure.answer == number);
        json.raw(next)?;
        if cut {
            fragments(number + 1, answer, frames, failed, next, &mut json)?;
        } else {
            head("DataTable", number + 1, "PrimaryResult", "PrimaryResult", &answer.columns, &mut json)?;
            json.raw(",\"Rows\":[")?;
            let any = json.rows(answer)?;
            error_row(frames, failed, any, &mut json)?;
            json.raw("]}")?;
        }
    }
    let shown = failure.filter(|_| frames.errors != Errors::Deferred);
    // Of a query that failed in its data, no more is said than that.
    if shown.is_none() {
        json.raw(next)?;
        let rows = completion(answers, request, failure);
        let name = "QueryCompletionInformation";
        small_table(answers.len() + 1, name, name, &COMPLETION, &rows, &mut json)?;
    }
    json.raw(next)?;
    json.raw(&format!(
        "{{\"FrameType\":\"DataSetCompletion\",\"HasErrors\":{},\"Cancelled\":false",
        shown.is_some()
    ))?;
    one_api_errors(shown, &mut json)?;
    json.raw(if frames.lines { "}\n]\n" } else { "}]" })?;
    json.finish()
}

/// A result as a head, fragments and an end, nothing in between.
fn fragments(
    id: usize,
    answer: &Answer,
    frames: Frames,
    failed: Option<&PartialFailure>,
    next: &str,
    json: &mut JsonText<'_>,
) -> io::Result<()> {
    head("TableHeader", id, "PrimaryResult", "PrimaryResult", &answer.columns, json)?;
    json.raw("}")?;
    let begin = format!(
        "{next}{{\"FrameType\":\"TableFragment\",\"TableFragmentType\":\"DataAppend\",\"TableId\":{id},\"Rows\":["
    );
    let total = answer.row_count();
    let mut written = 0;
    for batch in &answer.batches {
        for start in (0..batch.num_rows()).step_by(FRAGMENT_ROWS) {
            let piece: RecordBatch = batch.slice(start, FRAGMENT_ROWS.min(batch.num_rows() - start));
            written += piece.num_rows();
            let piece = Answer {
                columns: answer.columns.clone(),
                batches: vec![piece],
                render: None,
                took: answer.took,
            };
            json.raw(&begin)?;
            json.rows(&piece)?;
            json.raw("]}")?;
            if frames.cut == Cut::Progressive {
                let percent = 100.0 * written as f64 / total as f64;
                json.raw(&format!(
                    "{next}{{\"FrameType\":\"TableProgress\",\"TableId\":{id},\"TableProgress\":{percent:.1}}}"
                ))?;
            }
        }
    }
    // Fragments of clients that ask for errors elsewhere carry none.
    if failed.is_some() && frames.errors == Errors::InData {
        json.raw(&begin)?;
        error_row(frames, failed, false, json)?;
        json.raw("]}")?;
    }
    json.raw(&format!("{next}{{\"FrameType\":\"TableCompletion\",\"TableId\":{id},\"RowCount\":{total}"))?;
    one_api_errors(failed.filter(|_| frames.errors == Errors::EndOfTable), json)?;
    json.raw("}")
}

/// What went wrong, as the last of the rows.
fn error_row(
    frames: Frames,
    failed: Option<&PartialFailure>,
    after_rows: bool,
    json: &mut JsonText<'_>,
) -> io::Result<()> {
    match failed {
        Some(failure) if frames.errors == Errors::InData => {
            json.raw(if after_rows { "," } else { "" })?;
            json.value(&json!({ "OneApiErrors": [failure.one_api] }))
        }
        _ => Ok(()),
    }
}

fn one_api_errors(failure: Option<&PartialFailure>, json: &mut JsonText<'_>) -> io::Result<()> {
    let Some(failure) = failure else { return Ok(()) };
    json.raw(",\"OneApiErrors\":")?;
    json.value(&json!([failure.one_api]))
}

const PROPERTIES: [(&str, KustoType); 3] =
    [("TableId", KustoType::Int), ("Key", KustoType::String), ("Value", KustoType::Dynamic)];

const COMPLETION: [(&str, KustoType); 12] = [
    ("Timestamp", KustoType::Datetime),
    ("ClientRequestId", KustoType::String),
    ("ActivityId", KustoType::Guid),
    ("SubActivityId", KustoType::Guid),
    ("ParentActivityId", KustoType::Guid),
    ("Level", KustoType::Int),
    ("LevelName", KustoType::String),
    ("StatusCode", KustoType::Int),
    ("StatusCodeName", KustoType::String),
    ("EventType", KustoType::Int),
    ("EventTypeName", KustoType::String),
    ("Payload", KustoType::String),
];

/// How the query ended, and what it took.
fn completion(answers: &[&Answer], request: &Request, failure: Option<&PartialFailure>) -> Vec<Value> {
    let time = request.time.map(datetime::format);
    let id = if request.activity_id.is_empty() { ZERO_GUID } else { &request.activity_id };
    let row = |level: (i32, &str), status: (i32, &str), event: (i32, &str), payload: &Value| {
        json!([
            time,
            request.client_request_id,
            id,
            id,
            id,
            level.0,
            level.1,
            status.0,
            status.1,
            event.0,
            event.1,
            payload.to_string()
        ])
    };
    let success = (0, "S_OK (0)");
    let ended = match failure {
        Some(failure) => row(
            (2, "Error"),
            (failure.status, &failure.status_name),
            (1, failure.event),
            &json!({ "Count": 1, "Text": failure.text }),
        ),
        None => row(
            (4, "Info"),
            success,
            (4, "QueryInfo"),
            &json!({ "Count": 1, "Text": "Query completed successfully" }),
        ),
    };
    vec![ended, row((6, "Stats"), success, (0, "QueryResourceConsumption"), &statistics(answers))]
}

/// A frame that describes a table, open at its end.
fn head(
    frame: &str,
    id: usize,
    kind: &str,
    name: &str,
    columns: &[Column],
    json: &mut JsonText<'_>,
) -> io::Result<()> {
    json.raw(&format!(
        "{{\"FrameType\":\"{frame}\",\"TableId\":{id},\"TableKind\":\"{kind}\",\"TableName\":\"{name}\",\"Columns\":["
    ))?;
    for (i, column) in columns.iter().enumerate() {
        json.raw(if i == 0 { "{\"ColumnName\":" } else { ",{\"ColumnName\":" })?;
        json.string(&column.name)?;
        json.raw(&format!(",\"ColumnType\":\"{}\"}}", column.kind.name()))?;
    }
    json.raw("]")
}

fn small_table(
    id: usize,
    kind: &str,
    name: &str,
    columns: &[(&str, KustoType)],
    rows: &[Value],
    json: &mut JsonText<'_>,
) -> io::Result<()> {
    let columns: Vec<Column> =
        columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect();
    head("DataTable", id, kind, name, &columns, json)?;
    json.raw(",\"Rows\":[")?;
    for (i, row) in rows.iter().enumerate() {
        json.raw(if i > 0 { "," } else { "" })?;
        json.value(row)?;
    }
    json.raw("]}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    fn answer(rows: i64) -> Answer {
        let values: ArrayRef = Arc::new((0..rows).map(Some).collect::<Int64Array>());
        Answer {
            columns: vec![Column { name: "x".into(), kind: KustoType::Long }],
            batches: vec![RecordBatch::try_from_iter([("x", values)]).unwrap()],
            render: None,
            took: Duration::ZERO,
        }
    }

    fn failure() -> PartialFailure {
        PartialFailure {
            answer: 0,
            one_api: json!({ "error": { "code": "LimitsExceeded" } }),
            text: "too many".to_owned(),
            status: -2_133_196_797,
            status_name: "too many".to_owned(),
            event: "QueryLimitsExceeded",
        }
    }

    fn written(rows: i64, frames: Frames, failure: Option<&PartialFailure>) -> String {
        let mut out = Vec::new();
        write(&[&answer(rows)], &Request::default(), frames, failure, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn read(text: &str) -> Vec<Value> {
        serde_json::from_str(text).expect("frames are JSON")
    }

    fn kinds(frames: &[Value]) -> Vec<&str> {
        frames.iter().filter_map(|frame| frame["FrameType"].as_str()).collect()
    }

    #[test]
    fn a_result_is_a_frame() {
        let text = written(2, Frames::default(), None);
        assert!(text.starts_with(
            "[{\"FrameType\":\"DataSetHeader\",\"IsProgressive\":false,\"Version\":\"v2.0\",\"IsFragmented\":false,\
             \"ErrorReportingPlacement\":\"InData\"},{\"FrameType\":\"DataTable\",\"TableId\":0,"
        ));
        let frames = read(&text);
        assert_eq!(
            kinds(&frames),
            ["DataSetHeader", "DataTable", "DataTable", "DataTable", "DataSetCompletion"]
        );
        assert_eq!(frames[2]["Rows"], json!([[0], [1]]));
        assert_eq!(frames[3]["Rows"][0][8], "S_OK (0)");
        assert_eq!(frames[4], json!({"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}));
    }

    #[test]
    fn fragments_have_a_line_each_and_hold_all_rows() {
        let frames = Frames { cut: Cut::Fragments, lines: true, errors: Errors::EndOfTable };
        let text = written(10_000, frames, None);
        let lines: Vec<&str> = text.lines().collect();
        let (last, lines) = lines.split_last().unwrap();
        assert_eq!(*last, "]");
        assert!(lines[0].starts_with("[{\"FrameType\":\"DataSetHeader\",\"IsProgressive\":false,"));
        assert!(lines[0].contains("\"IsFragmented\":true,\"ErrorReportingPlacement\":\"EndOfTable\""));
        for line in &lines[1..] {
            let frame: Value = serde_json::from_str(line.strip_prefix(',').unwrap()).unwrap();
            assert!(frame.is_object());
        }
        let frames = read(&text);
        let rows: usize = frames
            .iter()
            .filter(|frame| frame["FrameType"] == "TableFragment")
            .map(|frame| frame["Rows"].as_array().unwrap().len())
            .sum();
        assert_eq!(rows, 10_000);
        let completion = frames.iter().find(|frame| frame["FrameType"] == "TableCompletion").unwrap();
        assert_eq!(completion["RowCount"], 10_000);
    }

    #[test]
    fn progress_is_told_where_it_was_asked_for() {
        let frames = Frames { cut: Cut::Progressive, ..Frames::default() };
        let frames = read(&written(5000, frames, None));
        assert_eq!(frames[0]["IsProgressive"], true);
        let progress: Vec<f64> = frames
            .iter()
            .filter(|frame| frame["FrameType"] == "TableProgress")
            .filter_map(|frame| frame["TableProgress"].as_f64())
            .collect();
        assert_eq!(progress, [81.9, 100.0]);
    }

    #[test]
    fn a_failure_is_told_where_the_client_looks() {
        let failure = failure();
        let failed = |errors, cut| read(&written(1, Frames { errors, cut, lines: false }, Some(&failure)));
        let error = json!([{ "error": { "code": "LimitsExceeded" } }]);

        let frames = failed(Errors::InData, Cut::Whole);
        assert_eq!(frames[2]["Rows"], json!([[0], { "OneApiErrors": error }]));
        assert_eq!(frames[3]["HasErrors"], true);
        assert_eq!(frames[3]["OneApiErrors"], error);
        assert_eq!(frames.len(), 4, "nothing is said of how it ended");

        let frames = failed(Errors::EndOfTable, Cut::Fragments);
        let completion = frames.iter().find(|frame| frame["FrameType"] == "TableCompletion").unwrap();
        assert_eq!(completion["OneApiErrors"], error);
        assert!(!frames.iter().any(|frame| frame["Rows"].to_string().contains("OneApi")));

        let frames = failed(Errors::Deferred, Cut::Whole);
        assert_eq!(frames[2]["Rows"], json!([[0]]));
        assert_eq!(frames[3]["Rows"][0][5], 2);
        assert_eq!(frames[3]["Rows"][0][7], -2_133_196_797);
        assert_eq!(frames[4]["HasErrors"], false);
    }
}
