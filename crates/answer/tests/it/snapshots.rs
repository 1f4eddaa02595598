use weir_answer::{Format, Options, Render, Request};

use super::{Values, answer, every_type, text, text_with};

/// Compares with the expected text, which begins on a line of its own; carriage returns are shown as `␍`.
#[track_caller]
fn check(actual: &str, expected: &str) {
    assert_eq!(actual.replace('\r', "␍"), expected.strip_prefix('\n').unwrap_or(expected));
}

fn within(width: usize) -> Options {
    Options { width: Some(width), ..Options::default() }
}

#[test]
fn a_table() {
    check(
        &text(&every_type(), Format::Table),
        r#"
flag          port                bytes  share  name        id                                    start                                    lasted  extra
─────  ───────────  ───────────────────  ─────  ──────────  ────────────────────────────────────  ────────────────────────────  ─────────────────  ────────────────────────────
True           443                 1204    2.0  10.1.1.8    74be27de-1e4e-49d9-b579-fe0b331d3642  2024-11-18T00:00:00.0000000Z         1.02:00:00  {"a":[1,2.0,null],"b":"x|y"}

False  -2147483648  9223372036854775807   -inf  a|"b",␊<c>  00000000-0000-0000-0000-000000000000  2024-11-18T14:05:01.3109965Z  -00:00:00.5000000  two␊lines
3 rows, 0.03 s
"#,
    );
}

#[test]
fn a_table_of_80_cells() {
    check(
        &text_with(&every_type(), Format::Table, &within(80)),
        r#"
flag          port                bytes  share  name
─────  ───────────  ───────────────────  ─────  ──────────
True           443                 1204    2.0  10.1.1.8

False  -2147483648  9223372036854775807   -inf  a|"b",␊<c>
+4 columns: id, start, lasted, extra
3 rows, 0.03 s
"#,
    );
}

#[test]
fn a_table_of_40_cells() {
    check(
        &text_with(&every_type(), Format::Table, &within(40)),
        r#"
flag          port                bytes
─────  ───────────  ───────────────────
True           443                 1204

False  -2147483648  9223372036854775807
+6 columns: share, name, id, start,
  lasted, extra
3 rows, 0.03 s
"#,
    );
}

#[test]
fn a_table_of_wide_and_long_text_and_its_first_rows() {
    let answer = answer(
        &[
            ("都市", Values::Strings(vec!["東京都庁舎展望室".into(), "Zürich".into(), "x".into()])),
            (
                "ResourceGroup",
                Values::Strings(vec!["a".repeat(100), "rg\u{1b}[2J-network".into(), "x".into()]),
            ),
            ("Flows", Values::Longs(vec![Some(-12), Some(1_234_567), None])),
        ],
        1,
    );
    let options = Options { width: Some(46), rows_max: Some(2), ..Options::default() };
    check(
        &text_with(&answer, Format::Table, &options),
        r#"
都市              ResourceGroup          Flows
────────────────  ───────────────────  ───────
東京都庁舎展望室  aaaaaaaaaaaaaaaaaa…      -12
Zürich            rg␛[2J-network       1234567
first 2 of 3 rows, 0.03 s
"#,
    );
}

#[test]
fn csv() {
    check(
        &text(&every_type(), Format::Csv),
        r#"
flag,port,bytes,share,name,id,start,lasted,extra␍
true,443,1204,2.0,10.1.1.8,74be27de-1e4e-49d9-b579-fe0b331d3642,2024-11-18T00:00:00.0000000Z,1.02:00:00,"{""a"":[1,2.0,null],""b"":""x|y""}"␍
,,,,,,,,␍
false,-2147483648,9223372036854775807,-inf,"a|""b"",
<c>",00000000-0000-0000-0000-000000000000,2024-11-18T14:05:01.3109965Z,-00:00:00.5000000,"two
lines"␍
"#,
    );
}

#[test]
fn json() {
    check(
        &text(&every_type(), Format::Json),
        r#"
[
{"flag":true,"port":443,"bytes":1204,"share":2.0,"name":"10.1.1.8","id":"74be27de-1e4e-49d9-b579-fe0b331d3642","start":"2024-11-18T00:00:00.0000000Z","lasted":"1.02:00:00","extra":{"a":[1,2.0,null],"b":"x|y"}},
{"flag":null,"port":null,"bytes":null,"share":null,"name":"","id":null,"start":null,"lasted":null,"extra":null},
{"flag":false,"port":-2147483648,"bytes":9223372036854775807,"share":"-Infinity","name":"a|\"b\",\n<c>","id":"00000000-0000-0000-0000-000000000000","start":"2024-11-18T14:05:01.3109965Z","lasted":"-00:00:00.5000000","extra":"two\nlines"}
]
"#,
    );
}

#[test]
fn jsonl() {
    check(
        &text(&every_type(), Format::Jsonl),
        r#"
{"flag":true,"port":443,"bytes":1204,"share":2.0,"name":"10.1.1.8","id":"74be27de-1e4e-49d9-b579-fe0b331d3642","start":"2024-11-18T00:00:00.0000000Z","lasted":"1.02:00:00","extra":{"a":[1,2.0,null],"b":"x|y"}}
{"flag":null,"port":null,"bytes":null,"share":null,"name":"","id":null,"start":null,"lasted":null,"extra":null}
{"flag":false,"port":-2147483648,"bytes":9223372036854775807,"share":"-Infinity","name":"a|\"b\",\n<c>","id":"00000000-0000-0000-0000-000000000000","start":"2024-11-18T14:05:01.3109965Z","lasted":"-00:00:00.5000000","extra":"two\nlines"}
"#,
    );
}

#[test]
fn markdown() {
    check(
        &text(&every_type(), Format::Markdown),
        r#"
| flag | port | bytes | share | name | id | start | lasted | extra |
| --- | ---: | ---: | ---: | --- | --- | --- | ---: | --- |
| True | 443 | 1204 | 2.0 | 10.1.1.8 | 74be27de-1e4e-49d9-b579-fe0b331d3642 | 2024-11-18T00:00:00.0000000Z | 1.02:00:00 | {"a":\[1,2.0,null\],"b":"x\|y"} |
|  |  |  |  |  |  |  |  |  |
| False | -2147483648 | 9223372036854775807 | -inf | a\|"b",<br>&lt;c&gt; | 00000000-0000-0000-0000-000000000000 | 2024-11-18T14:05:01.3109965Z | -00:00:00.5000000 | two<br>lines |
"#,
    );
}

#[test]
fn kusto_v1() {
    let mut answer = answer(
        &[
            ("App", Values::Strings(vec!["tcp443".into(), "udp53".into()])),
            ("TotalBytes", Values::Longs(vec![Some(7), None])),
            ("Seen", Values::Bools(vec![Some(true), None])),
        ],
        1,
    );
    answer.render = Some(Render {
        chart: "columnchart".into(),
        properties: vec![
            ("title".into(), "Who \"talks\"".into()),
            ("kind".into(), "stacked".into()),
            ("ycolumns".into(), "TotalBytes".into()),
            ("ycolumns".into(), "Other".into()),
            ("ymin".into(), "0".into()),
            ("accumulate".into(), "true".into()),
        ],
    });
    let request = Request {
        time: weir_value::datetime::parse("2024-11-18T14:05:01Z"),
        activity_id: "6b4c0ab2-180e-46d8-b97e-593e6aea1e7a".into(),
        client_request_id: "notebook;1".into(),
    };
    let answer = text_with(&answer, Format::KustoV1, &Options { request, ..Options::default() });
    // A line for each table and one for its rows.
    let lines = answer.replace("{\"TableName\"", "\n{\"TableName\"").replace("\"Rows\"", "\n  \"Rows\"");
    check(
        &lines,
        r#"
{"Tables":[
{"TableName":"Table_0","Columns":[{"ColumnName":"App","DataType":"String","ColumnType":"string"},{"ColumnName":"TotalBytes","DataType":"Int64","ColumnType":"long"},{"ColumnName":"Seen","DataType":"SByte","ColumnType":"bool"}],
  "Rows":[["tcp443",7,true],["udp53",null,null]]},
{"TableName":"Table_1","Columns":[{"ColumnName":"Value","DataType":"String","ColumnType":"string"}],
  "Rows":[["{\"Visualization\":\"columnchart\",\"Title\":\"Who \\\"talks\\\"\",\"XColumn\":null,\"Series\":null,\"YColumns\":\"TotalBytes,Other\",\"AnomalyColumns\":null,\"XTitle\":null,\"YTitle\":null,\"XAxis\":null,\"YAxis\":null,\"Legend\":null,\"YSplit\":null,\"Accumulate\":true,\"IsQuerySorted\":false,\"Kind\":\"stacked\",\"Ymin\":0.0,\"Ymax\":\"NaN\",\"Xmin\":null,\"Xmax\":null}"]]},
{"TableName":"Table_2","Columns":[{"ColumnName":"Timestamp","DataType":"DateTime","ColumnType":"datetime"},{"ColumnName":"Severity","DataType":"Int32","ColumnType":"int"},{"ColumnName":"SeverityName","DataType":"String","ColumnType":"string"},{"ColumnName":"StatusCode","DataType":"Int32","ColumnType":"int"},{"ColumnName":"StatusDescription","DataType":"String","ColumnType":"string"},{"ColumnName":"Count","DataType":"Int32","ColumnType":"int"},{"ColumnName":"RequestId","DataType":"Guid","ColumnType":"guid"},{"ColumnName":"ActivityId","DataType":"Guid","ColumnType":"guid"},{"ColumnName":"SubActivityId","DataType":"Guid","ColumnType":"guid"},{"ColumnName":"ClientActivityId","DataType":"String","ColumnType":"string"}],
  "Rows":[["2024-11-18T14:05:01.0000000Z",4,"Info",0,"Query completed successfully",1,"6b4c0ab2-180e-46d8-b97e-593e6aea1e7a","6b4c0ab2-180e-46d8-b97e-593e6aea1e7a","6b4c0ab2-180e-46d8-b97e-593e6aea1e7a","notebook;1"],["2024-11-18T14:05:01.0000000Z",6,"Stats",0,"{\"ExecutionTime\":0.031,\"dataset_statistics\":[{\"table_row_count\":2}]}",1,"6b4c0ab2-180e-46d8-b97e-593e6aea1e7a","6b4c0ab2-180e-46d8-b97e-593e6aea1e7a","6b4c0ab2-180e-46d8-b97e-593e6aea1e7a","notebook;1"]]},
{"TableName":"Table_3","Columns":[{"ColumnName":"Ordinal","DataType":"Int64","ColumnType":"long"},{"ColumnName":"Kind","DataType":"String","ColumnType":"string"},{"ColumnName":"Name","DataType":"String","ColumnType":"string"},{"ColumnName":"Id","DataType":"String","ColumnType":"string"},{"ColumnName":"PrettyName","DataType":"String","ColumnType":"string"}],
  "Rows":[[0,"QueryResult","PrimaryResult","00000000-0000-0000-0000-000000000001",""],[1,"QueryProperties","@ExtendedProperties","00000000-0000-0000-0000-000000000002",""],[2,"QueryStatus","QueryStatus","00000000-0000-0000-0000-000000000000",""]]}]}"#,
    );
}

#[test]
fn an_answer_without_rows() {
    let empty = answer(&[("App", Values::Strings(vec![])), ("Bytes", Values::Longs(vec![]))], 1);
    check(
        &text(&empty, Format::Table),
        r#"
App  Bytes
───  ─────
0 rows, 0.03 s
"#,
    );
    assert_eq!(text(&empty, Format::Csv), "App,Bytes\r\n");
    assert_eq!(text(&empty, Format::Json), "[\n]\n");
    assert_eq!(text(&empty, Format::Jsonl), "");
    check(
        &text(&empty, Format::Markdown),
        r#"
| App | Bytes |
| --- | ---: |
"#,
    );
}
