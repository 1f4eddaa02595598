//! Which column becomes what, a line for each case.

use weir_answer::Answer;
use weir_chart::model::{Chart, Limits, Places, Plot, Unit, chart_of};
use weir_value::{Dynamic, timespan};

use super::samples::{Values, answer, longs, reals, texts, times};

const LIMITS: Limits = Limits { names_max: 60, slices_max: 8, series_max: 8 };

pub fn plot(answer: &Answer) -> Plot {
    match chart_of(answer, &LIMITS) {
        Chart::Plot(plot) => plot,
        other => panic!("no plot but {other:?}"),
    }
}

/// `Column Stacked App{a, b} / x: 1 2 / y: 3 _`: mark, stacking, x axis with its places, series with their values.
fn described(answer: &Answer) -> String {
    let plot = match chart_of(answer, &LIMITS) {
        Chart::Plot(plot) => plot,
        Chart::Table(table) => return format!("Table: {}", table.notes.join("; ")),
        Chart::Cards(cards) => {
            let facts = cards.facts.iter().map(|fact| format!("{}={}", fact.name, fact.short));
            return format!("Cards {}", facts.collect::<Vec<_>>().join(" "));
        }
    };
    let kind = match plot.places {
        Places::Names(_) => "",
        Places::Times(_) => "times ",
        Places::Numbers(_, Unit::Seconds) => "seconds ",
        Places::Numbers(..) => "numbers ",
    };
    let places: Vec<String> = (0..plot.places.len()).map(|at| plot.places.name(at)).collect();
    let mut text =
        format!("{:?} {:?} {}{{{kind}{}}}", plot.mark, plot.stacking, plot.x_title, places.join(", "));
    for series in &plot.series {
        let ys = series.points.iter().map(|point| point.y.map_or("_".to_owned(), |y| y.to_string()));
        text.push_str(&format!(" / {}: {}", series.name, ys.collect::<Vec<_>>().join(" ")));
    }
    for note in &plot.notes {
        text.push_str(&format!(" ({note})"));
    }
    text
}

#[track_caller]
fn check(columns: &[(&str, Values)], chart: &str, properties: &[(&str, &str)], expected: &str) {
    assert_eq!(described(&answer(columns, chart, properties)), expected);
}

fn app_day_bytes() -> Vec<(&'static str, Values)> {
    vec![
        ("App", texts(&["b", "a", "a"])),
        ("T", times(&["2024-11-20", "2024-11-18", "2024-11-20"])),
        ("Bytes", longs(&[3, 1, 20])),
    ]
}

#[test]
fn text_time_and_number_are_series_stacked_over_time() {
    // The day without rows has its place; the largest series comes first.
    check(
        &app_day_bytes(),
        "columnchart",
        &[],
        "Column Stacked T{times 2024-11-18, 2024-11-19, 2024-11-20} / a: 1 _ 20 / b: _ _ 3",
    );
    check(
        &app_day_bytes(),
        "barchart",
        &[("kind", "unstacked")],
        "Bar Apart T{times 2024-11-18, 2024-11-19, 2024-11-20} / a: 1 _ 20 / b: _ _ 3",
    );
    check(
        &app_day_bytes(),
        "columnchart",
        &[("kind", "stacked100")],
        "Column Stacked100 T{times 2024-11-18, 2024-11-19, 2024-11-20} / a: 100 _ 86.95652173913044 / b: _ _ 13.043478260869565",
    );
    check(
        &app_day_bytes(),
        "timechart",
        &[],
        "Line Apart T{times 2024-11-18, 2024-11-19, 2024-11-20} / a: 1 20 / b: 3",
    );
    check(
        &app_day_bytes(),
        "stackedareachart",
        &[],
        "Area Stacked T{times 2024-11-18, 2024-11-19, 2024-11-20} / a: 1 _ 20 / b: _ _ 3",
    );
}

#[test]
fn what_does_not_add_up_is_not_stacked() {
    let columns = [
        ("Vm", texts(&["a", "b"])),
        ("T", times(&["2024-11-18", "2024-11-18"])),
        ("avg_Latency", reals(&[2.0, 4.0])),
    ];
    check(&columns, "columnchart", &[], "Column Apart T{times 2024-11-18} / b: 4 / a: 2");
    check(
        &columns,
        "columnchart",
        &[("kind", "stacked")],
        "Column Stacked T{times 2024-11-18} / b: 4 / a: 2",
    );
}

#[test]
fn the_first_column_is_the_x_axis_where_there_is_no_time() {
    check(
        &[("Direction", texts(&["in", "out"])), ("Sent", longs(&[1, 2])), ("Received", longs(&[3, 4]))],
        "columnchart",
        &[],
        "Column Apart Direction{in, out} / Sent: 1 2 / Received: 3 4",
    );
    // Ports are names, in their order; the protocol splits.
    check(
        &[
            ("DestPort", longs(&[443, 53, 443])),
            ("Proto", texts(&["T", "U", "U"])),
            ("Flows", longs(&[9, 3, 5])),
        ],
        "columnchart",
        &[],
        "Column Stacked DestPort{53, 443} / T: _ 9 / U: 3 5",
    );
    // Rows sorted by their values stay as they are.
    check(
        &[("DestPort", longs(&[443, 53, 80])), ("Flows", longs(&[9, 5, 3]))],
        "barchart",
        &[],
        "Bar Apart DestPort{443, 53, 80} / : 9 5 3",
    );
    check(
        &[("Flows", longs(&[9, 5])), ("App", texts(&["a", "b"]))],
        "columnchart",
        &[],
        "Column Apart App{a, b} / : 9 5",
    );
    check(&[("Flows", longs(&[9, 5]))], "columnchart", &[], "Column Apart {1, 2} / : 9 5");
}

#[test]
fn names_that_repeat_split_what_a_number_orders() {
    check(
        &[("Host", texts(&["a", "a", "b"])), ("Hour", longs(&[2, 1, 2])), ("Flows", longs(&[5, 6, 7]))],
        "linechart",
        &[],
        "Line Apart Hour{numbers 1, 2} / b: 7 / a: 6 5",
    );
}

#[test]
fn lines_and_points_need_numbers() {
    check(
        &[("x", reals(&[0.5, -1.0])), ("sin", reals(&[1.0, 2.0])), ("cos", reals(&[3.0, 4.0]))],
        "linechart",
        &[],
        "Line Apart x{numbers -1, 0.5} / sin: 2 1 / cos: 4 3",
    );
    check(
        &[("Packets", longs(&[2, 1, 2])), ("Bytes", longs(&[20, 10, 22]))],
        "scatterchart",
        &[],
        "Scatter Apart Packets{numbers 1, 2} / : 10 20 22",
    );
    check(
        &[("App", texts(&["a", "b"])), ("Bytes", longs(&[1, 2]))],
        "timechart",
        &[],
        "Line Apart App{a, b} / : 1 2 (there is no datetime for the x axis)",
    );
}

#[test]
fn properties_choose_columns() {
    let columns = [
        ("x", longs(&[1, 2])),
        ("sin", longs(&[3, 4])),
        ("cos", longs(&[5, 6])),
        ("sign", texts(&["neg", "pos"])),
        ("half", texts(&["low", "low"])),
    ];
    check(
        &columns,
        "linechart",
        &[("ycolumns", "sin"), ("ycolumns", "cos"), ("series", "sign, half")],
        "Line Apart x{numbers 1, 2} / pos, low: cos: 6 / neg, low: cos: 5 / pos, low: sin: 4 / neg, low: sin: 3",
    );
    check(
        &columns,
        "columnchart",
        &[("xcolumn", "sign"), ("ycolumns", "['cos']"), ("series", "half")],
        "Column Stacked sign{neg, pos} / low: 5 6",
    );
    check(
        &columns,
        "columnchart",
        &[("xcolumn", "nowhere"), ("ycolumns", "\"SIN\"")],
        "Column Stacked x{1, 2} / pos, low: _ 4 / neg, low: 3 _ (there is no column nowhere)",
    );
    check(
        &columns,
        "columnchart",
        &[("ycolumns", "sign")],
        "Table: sign holds no numbers; there is no column of numbers to draw; these are the rows",
    );
    let titled = answer(
        &[("App", texts(&["a"])), ("Bytes", longs(&[1]))],
        "columnchart",
        &[
            ("title", "'T'"),
            ("xtitle", "X"),
            ("ytitle", "Y"),
            ("ymin", "-3"),
            ("ymax", "oops"),
            ("legend", "hidden"),
        ],
    );
    let plot = plot(&titled);
    assert_eq!((plot.title.as_deref(), plot.x_title.as_str(), plot.y_title.as_str()), (Some("T"), "X", "Y"));
    assert_eq!((plot.y_min, plot.y_max, plot.legend), (Some(-3.0), None, false));
}

#[test]
fn slices_are_sorted_and_positive() {
    check(
        &[("App", texts(&["a", "b", "c", "d"])), ("Bytes", longs(&[1, 5, -2, 0]))],
        "piechart",
        &[],
        "Pie Stacked App{b, a} / : 5 1 (1 values below zero are left out)",
    );
    check(
        &[("Src", texts(&["a", "a"])), ("Dest", texts(&["x", "y"])), ("Bytes", longs(&[1, 5]))],
        "piechart",
        &[],
        "Pie Stacked Src{a, y, a, x} / : 5 1",
    );
    check(
        &[("Allowed", longs(&[7])), ("Denied", longs(&[9]))],
        "piechart",
        &[],
        "Pie Stacked {Denied, Allowed} / : 9 7",
    );
    check(
        &[("T", times(&["2024-11-18", "2024-11-19"])), ("Bytes", longs(&[1, 2]))],
        "piechart",
        &[],
        "Pie Stacked T{2024-11-19, 2024-11-18} / : 2 1",
    );
}

#[test]
fn missing_values_break_lines_and_leave_places_empty() {
    let columns = [
        ("T", times(&["2024-11-18", "2024-11-19", "2024-11-20", "2024-11-23"])),
        ("Bytes", Values::Longs(vec![Some(1), None, Some(3), Some(4)])),
    ];
    let days = "times 2024-11-18, 2024-11-19, 2024-11-20, 2024-11-21, 2024-11-22, 2024-11-23";
    check(&columns, "timechart", &[], &format!("Line Apart T{{{days}}} / : 1 _ 3 _ 4"));
    check(&columns, "columnchart", &[], &format!("Column Apart T{{{days}}} / : 1 _ 3 _ _ 4"));
    check(
        &columns,
        "columnchart",
        &[("accumulate", "true")],
        &format!("Column Apart T{{{days}}} / : 1 1 4 4 4 8"),
    );
    check(
        &[("T", Values::Times(vec![None, Some(0)])), ("Bytes", longs(&[1, 2]))],
        "timechart",
        &[],
        "Line Apart T{times 0001-01-01} / : 2 (1 rows without a value for the x axis are left out)",
    );
    check(
        &[("App", texts(&["a", ""])), ("Share", reals(&[f64::NAN, f64::INFINITY]))],
        "columnchart",
        &[],
        "Column Apart App{a, (blank)} / : _ _ (2 values are infinite or no number and are left out)",
    );
}

#[test]
fn values_of_one_place_are_added_up_or_averaged() {
    let app = || ("App", texts(&["a", "a", "b"]));
    check(&[app(), ("Bytes", longs(&[1, 2, 3]))], "columnchart", &[], "Column Apart App{a, b} / : 3 3");
    check(
        &[app(), ("avg_Bytes", longs(&[1, 2, 3]))],
        "columnchart",
        &[],
        "Column Apart App{a, b} / : 1.5 3 (several values of one place and series are shown as their mean)",
    );
}

#[test]
fn arrays_of_make_series_are_unrolled() {
    let array = |items: Vec<Dynamic>| Dynamic::Array(items);
    check(
        &[
            ("Vm", texts(&["a"])),
            ("Flows", Values::Dynamics(vec![array(vec![Dynamic::Long(4), Dynamic::Null, Dynamic::Long(6)])])),
            (
                "T",
                Values::Dynamics(vec![array(
                    ["2024-11-18", "2024-11-19", "2024-11-20"].map(|day| Dynamic::String(day.into())).into(),
                )]),
            ),
        ],
        "timechart",
        &[],
        "Line Apart T{times 2024-11-18, 2024-11-19, 2024-11-20} / a: 4 _ 6",
    );
}

#[test]
fn spans_are_values_where_there_is_nothing_else() {
    let span = |minutes: i64| Some(minutes * timespan::TICKS_PER_MINUTE);
    let columns = [("Vm", texts(&["a", "b"])), ("Lasted", Values::Spans(vec![span(90), span(1)]))];
    check(&columns, "barchart", &[], "Bar Apart Vm{a, b} / : 5400 60");
    assert_eq!(plot(&answer(&columns, "barchart", &[])).unit, Unit::Seconds);
    check(
        &[("Lasted", Values::Spans(vec![span(90), span(1)])), ("Flows", longs(&[3, 5]))],
        "linechart",
        &[],
        "Line Apart Lasted{seconds 00:01:00, 01:30:00} / : 5 3",
    );
    check(
        &[("Lasted", Values::Spans(vec![span(90), span(1), span(2)])), ("Flows", longs(&[3, 5, 4]))],
        "columnchart",
        &[],
        "Column Apart Lasted{00:01:00, 00:02:00, 01:30:00} / : 5 4 3",
    );
}

#[test]
fn what_is_no_chart_is_a_table_with_the_reason() {
    let columns = [("App", texts(&["a"])), ("Bytes", longs(&[1]))];
    check(&columns, "table", &[], "Table: ");
    check(&columns, "ladderchart", &[], "Table: ladderchart is not drawn; these are its rows");
    check(
        &[("App", texts(&["a"]))],
        "columnchart",
        &[],
        "Table: there is no column of numbers to draw; these are the rows",
    );
    check(&columns, "card", &[], "Cards App=a Bytes=1");
    check(
        &columns,
        "COLUMNCHART",
        &[("kind", "map"), ("ysplit", "panels")],
        "Column Apart App{a} / : 1 (kind=map is not drawn) (ysplit is not drawn)",
    );
    let mut no_render = answer(&columns, "table", &[]);
    no_render.render = None;
    assert_eq!(described(&no_render), "Table: ");
}
