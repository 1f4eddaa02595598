//! Answers to draw: every kind of chart, usual and unusual.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{
    ArrayRef, BinaryViewArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringViewArray,
};
use arrow_schema::{Field, Schema};
use weir_answer::{Answer, Column, Render};
use weir_value::{Dynamic, KustoType, datetime, timespan};

/// The values of a column.
#[derive(Debug, Clone)]
pub enum Values {
    Texts(Vec<String>),
    Longs(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
    Times(Vec<Option<i64>>),
    Spans(Vec<Option<i64>>),
    Dynamics(Vec<Dynamic>),
}

pub fn texts(values: &[&str]) -> Values {
    Values::Texts(values.iter().map(|value| (*value).to_owned()).collect())
}

pub fn longs(values: &[i64]) -> Values {
    Values::Longs(values.iter().copied().map(Some).collect())
}

pub fn reals(values: &[f64]) -> Values {
    Values::Reals(values.iter().copied().map(Some).collect())
}

pub fn times(values: &[&str]) -> Values {
    Values::Times(values.iter().map(|value| datetime::parse(value)).collect())
}

/// An answer of these columns, and the chart it asks for.
pub fn answer(columns: &[(&str, Values)], chart: &str, properties: &[(&str, &str)]) -> Answer {
    let mut answer = Answer { columns: Vec::new(), batches: Vec::new(), render: None, took: Duration::ZERO };
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, values) in columns {
        let (kind, array): (KustoType, ArrayRef) = match values {
            Values::Texts(values) => (KustoType::String, Arc::new(StringViewArray::from_iter_values(values))),
            Values::Longs(values) => (KustoType::Long, Arc::new(Int64Array::from(values.clone()))),
            Values::Reals(values) => (KustoType::Real, Arc::new(Float64Array::from(values.clone()))),
            Values::Times(values) => (KustoType::Datetime, Arc::new(Int64Array::from(values.clone()))),
            Values::Spans(values) => (KustoType::Timespan, Arc::new(Int64Array::from(values.clone()))),
            Values::Dynamics(values) => (
                KustoType::Dynamic,
                Arc::new(BinaryViewArray::from_iter_values(values.iter().map(Dynamic::pack))),
            ),
        };
        answer.columns.push(Column { name: (*name).to_owned(), kind });
        arrays.push(array);
    }
    let rows = RecordBatchOptions::new().with_row_count(arrays.first().map(|array| array.len()));
    let fields = columns.iter().zip(&arrays);
    let fields: Vec<Field> =
        fields.map(|((name, _), array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &rows);
    answer.batches.push(batch.expect("columns of one length"));
    let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    answer.render = Some(Render { chart: chart.to_owned(), properties: properties.collect() });
    answer
}

/// Numbers that look like traffic, the same each time.
pub fn traffic(seed: u64) -> impl Iterator<Item = i64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Some((state % 900_000_000) as i64 + 20_000_000)
    })
}

fn day(number: i64) -> i64 {
    datetime::parse("2024-11-18").unwrap_or_default() + number * timespan::TICKS_PER_DAY
}

const APPS: [&str; 5] = ["tcp443", "tcp22", "udp53", "tcp3389", "icmp0"];

/// `summarize TotalBytes = sum(…) by App, bin(TimeGenerated, 1d)`: rows of `apps` over `days`, some missing.
fn apps_by_day(apps: usize, days: i64, chart: &str, properties: &[(&str, &str)]) -> Answer {
    let (mut app, mut time, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for (number, value) in (0..apps as i64 * days).zip(traffic(apps as u64)) {
        let (at, i) = (number / apps as i64, number as usize % apps);
        if (at * 3 + i as i64) % 11 != 4 {
            app.push(APPS.get(i).map_or_else(|| format!("tcp{}", 8_000 + i), |name| (*name).to_owned()));
            time.push(Some(day(at)));
            bytes.push(Some(value / (1 + i as i64)));
        }
    }
    answer(
        &[
            ("App", Values::Texts(app)),
            ("TimeGenerated", Values::Times(time)),
            ("TotalBytes", Values::Longs(bytes)),
        ],
        chart,
        properties,
    )
}

fn by_address(count: usize, chart: &str, properties: &[(&str, &str)]) -> Answer {
    let addresses = (0..count).map(|i| format!("10.1.{}.{}", i / 200, 4 + i % 200));
    answer(
        &[
            ("SrcIp", Values::Texts(addresses.collect())),
            ("TotalBytes", Values::Longs(traffic(7).take(count).map(Some).collect())),
        ],
        chart,
        properties,
    )
}

fn minutes(count: i64, step_ticks: i64, series: &[&str], chart: &str, properties: &[(&str, &str)]) -> Answer {
    let (mut name, mut time, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for (i, series) in series.iter().enumerate() {
        for at in 0..count {
            // Some minutes without a row in the middle of the first series.
            if i == 0 && (count / 2..count / 2 + 4).contains(&at) {
                continue;
            }
            let x = at as f64 / 9.0 + i as f64;
            name.push((*series).to_owned());
            time.push(Some(day(0) + at * step_ticks));
            value.push(Some(((x.sin() + 1.4 + i as f64 * 0.6) * 4.0e7).round()));
        }
    }
    answer(
        &[
            ("FlowStartTime", Values::Times(time)),
            ("Vm", Values::Texts(name)),
            ("Bytes", Values::Reals(value)),
        ],
        chart,
        properties,
    )
}

const MINUTE: i64 = timespan::TICKS_PER_MINUTE;

/// Every sample with its name.
pub fn all() -> Vec<(&'static str, Answer)> {
    let long_names = |count: usize, chart: &str| {
        let names = (0..count).map(|i| {
            format!("/subscriptions/0000/resourceGroups/rg-network-{i}/providers/Microsoft.Network/virtualNetworks/vnet-{i}")
        });
        answer(
            &[
                ("TargetResourceId", Values::Texts(names.collect())),
                ("Flows", Values::Longs(traffic(3).take(count).map(Some).collect())),
            ],
            chart,
            &[],
        )
    };
    let hostile = |chart: &str| {
        answer(
            &[
                (
                    "Na<me",
                    Values::Texts(vec![
                        "<script>alert(1)</script>".into(),
                        "\"'&amp;]]>".into(),
                        "\u{1b}[2J\u{0}\u{ffff}".into(),
                        "مرحبا بالعالم".into(),
                        "x".repeat(10_000),
                        "東京都庁".into(),
                        String::new(),
                    ]),
                ),
                ("By\"tes", longs(&[5, 4, 3, 6, 2, 7, 1])),
            ],
            chart,
            &[("title", "</title><script>alert(2)</script>")],
        )
    };
    vec![
        ("column-days", apps_by_day(5, 14, "columnchart", &[("title", "Who talks to 10.1.1.8")])),
        ("column-days-1-series", apps_by_day(1, 30, "columnchart", &[])),
        ("column-days-40-series", apps_by_day(40, 20, "columnchart", &[])),
        ("column-days-unstacked", apps_by_day(3, 7, "columnchart", &[("kind", "unstacked")])),
        ("column-days-100", apps_by_day(5, 14, "columnchart", &[("kind", "stacked100")])),
        (
            "column-two-days-far-apart",
            answer(
                &[
                    ("App", texts(&["tcp443", "tcp22"])),
                    ("TimeGenerated", times(&["2024-04-03", "2024-04-23"])),
                    ("TotalBytes", longs(&[1_012_000_000, 987_000_000])),
                ],
                "columnchart",
                &[],
            ),
        ),
        ("column-year", apps_by_day(2, 365, "columnchart", &[])),
        ("column-addresses", by_address(6, "columnchart", &[])),
        ("column-addresses-60", by_address(55, "columnchart", &[])),
        ("column-addresses-300", by_address(300, "columnchart", &[])),
        (
            "column-direction",
            answer(
                &[
                    ("Direction", texts(&["Onprem2Azure", "Azure2Onprem"])),
                    ("TotalBytesSrcToDest", longs(&[8_213_000_000, 1_204_000_000])),
                    ("TotalBytesDestTosrc", longs(&[2_100_000_000, 6_400_000_000])),
                ],
                "columnchart",
                &[],
            ),
        ),
        ("column-long-names", long_names(12, "columnchart")),
        (
            "column-negative",
            answer(
                &[
                    ("Month", texts(&["Jan", "Feb", "Mar", "Apr", "May"])),
                    ("Change", reals(&[12.5, -7.25, 0.0, -20.0, 31.0])),
                ],
                "columnchart",
                &[],
            ),
        ),
        (
            "column-negative-stacked",
            answer(
                &[
                    ("Month", texts(&["Jan", "Jan", "Feb", "Feb", "Mar", "Mar"])),
                    ("Kind", texts(&["in", "out", "in", "out", "in", "out"])),
                    ("Bytes", longs(&[40, -20, 10, -35, 25, -5])),
                ],
                "columnchart",
                &[],
            ),
        ),
        (
            "column-one-row",
            answer(&[("Allowed", longs(&[812])), ("Denied", longs(&[77]))], "columnchart", &[]),
        ),
        ("bar-addresses", by_address(12, "barchart", &[("title", "Bytes by source")])),
        ("bar-days", apps_by_day(4, 10, "barchart", &[])),
        ("bar-days-100", apps_by_day(4, 10, "barchart", &[("kind", "stacked100")])),
        ("bar-unstacked", apps_by_day(3, 4, "barchart", &[("kind", "unstacked")])),
        ("bar-long-names", long_names(20, "barchart")),
        ("bar-addresses-300", by_address(300, "barchart", &[])),
        (
            "bar-negative",
            answer(&[("Vm", texts(&["a", "b", "c"])), ("Change", longs(&[-5, 8, -2]))], "barchart", &[]),
        ),
        ("pie", by_address(5, "piechart", &[("title", "Share of each back end")])),
        ("pie-40", by_address(40, "piechart", &[])),
        ("pie-one", by_address(1, "piechart", &[])),
        (
            "pie-two",
            answer(
                &[("SrcIp", texts(&["10.1.1.69", "10.1.1.70"])), ("Bytes", longs(&[99_000_000, 1_000_000]))],
                "piechart",
                &[],
            ),
        ),
        ("line-1", minutes(180, MINUTE, &["vm-web-1"], "timechart", &[])),
        (
            "line-5",
            minutes(
                180,
                MINUTE,
                &["web-1", "web-2", "db-1", "db-2", "fw"],
                "timechart",
                &[("title", "Bytes a minute")],
            ),
        ),
        ("line-days", apps_by_day(5, 60, "timechart", &[])),
        ("line-40", apps_by_day(40, 40, "timechart", &[])),
        (
            "line-one-point",
            answer(&[("T", times(&["2024-11-18T14:05"])), ("Bytes", longs(&[1_204]))], "timechart", &[]),
        ),
        (
            "line-sine",
            answer(
                &[
                    ("x", Values::Reals((-20..=20).map(|x| Some(f64::from(x) / 10.0)).collect())),
                    ("sin", Values::Reals((-20..=20).map(|x| Some((f64::from(x) / 10.0).sin())).collect())),
                    ("cos", Values::Reals((-20..=20).map(|x| Some((f64::from(x) / 10.0).cos())).collect())),
                ],
                "linechart",
                &[("xtitle", "angle"), ("ytitle", "sine and cosine")],
            ),
        ),
        (
            "line-log",
            answer(
                &[
                    ("x", Values::Longs((0..30).map(Some).collect())),
                    ("Bytes", Values::Reals((0..30).map(|x| Some(1.9_f64.powi(x))).collect())),
                ],
                "linechart",
                &[("yaxis", "log")],
            ),
        ),
        ("area-1", minutes(180, MINUTE, &["vm-web-1"], "areachart", &[])),
        ("area-3", minutes(120, 15 * MINUTE, &["web-1", "web-2", "db-1"], "areachart", &[])),
        ("area-stacked", minutes(120, 15 * MINUTE, &["web-1", "web-2", "db-1"], "stackedareachart", &[])),
        (
            "area-100",
            minutes(120, 15 * MINUTE, &["web-1", "web-2", "db-1"], "areachart", &[("kind", "stacked100")]),
        ),
        (
            "scatter",
            answer(
                &[
                    ("Packets", Values::Longs(traffic(1).take(150).map(|n| Some(n % 5_000)).collect())),
                    (
                        "Bytes",
                        Values::Longs(
                            traffic(1)
                                .zip(traffic(2))
                                .take(150)
                                .map(|(p, b)| Some(p % 5_000 * (b % 900 + 60)))
                                .collect(),
                        ),
                    ),
                    (
                        "Protocol",
                        Values::Texts((0..150).map(|i| ["T", "U", "I"][i % 3].to_owned()).collect()),
                    ),
                ],
                "scatterchart",
                &[],
            ),
        ),
        (
            "span",
            answer(
                &[
                    ("Vm", texts(&["web-1", "web-2", "db-1"])),
                    (
                        "Longest",
                        Values::Spans(vec![Some(90 * MINUTE), Some(25 * MINUTE), Some(240 * MINUTE)]),
                    ),
                ],
                "barchart",
                &[],
            ),
        ),
        (
            "make-series",
            answer(
                &[
                    ("Vm", texts(&["web-1", "db-1"])),
                    (
                        "Flows",
                        Values::Dynamics(
                            (1..3)
                                .map(|k| {
                                    Dynamic::Array((0..24).map(|i| Dynamic::Long(i * i * k % 97)).collect())
                                })
                                .collect(),
                        ),
                    ),
                    (
                        "FlowStartTime",
                        Values::Dynamics(
                            (0..2)
                                .map(|_| {
                                    Dynamic::Array(
                                        (0..24)
                                            .map(|i| Dynamic::Datetime(day(0) + i * 60 * MINUTE))
                                            .collect(),
                                    )
                                })
                                .collect(),
                        ),
                    ),
                ],
                "timechart",
                &[],
            ),
        ),
        (
            "card",
            answer(
                &[
                    ("TotalBytes", longs(&[1_204_322_123])),
                    ("Flows", longs(&[77])),
                    ("Busiest", texts(&["10.1.1.8"])),
                    ("Share", reals(&[0.123_456])),
                ],
                "card",
                &[("title", "Today")],
            ),
        ),
        ("ladder", by_address(3, "ladderchart", &[])),
        (
            "no-rows",
            answer(&[("App", texts(&[])), ("Bytes", longs(&[]))], "columnchart", &[("title", "Nothing")]),
        ),
        ("no-rows-time", answer(&[("T", times(&[])), ("Bytes", longs(&[]))], "timechart", &[])),
        ("no-numbers", answer(&[("App", texts(&["a", "b"]))], "piechart", &[])),
        (
            "all-null",
            answer(
                &[("App", texts(&["a", "b"])), ("Bytes", Values::Longs(vec![None, None]))],
                "barchart",
                &[],
            ),
        ),
        (
            "huge",
            answer(
                &[("App", texts(&["a", "b", "c"])), ("Bytes", reals(&[1.2e300, 9e307, -1e306]))],
                "columnchart",
                &[],
            ),
        ),
        ("hostile-column", hostile("columnchart")),
        ("hostile-bar", hostile("barchart")),
        ("hostile-pie", hostile("piechart")),
        ("hostile-line", hostile("linechart")),
        ("hostile-table", hostile("table")),
        ("hostile-card", hostile("card")),
    ]
}
