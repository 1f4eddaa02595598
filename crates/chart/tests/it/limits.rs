//! Too much to show: the largest are kept, and nothing is lost unsaid.

use weir_answer::Answer;

use super::rules::plot;
use super::samples::{Values, answer, reals, times, traffic};

fn total(plot: &weir_chart::model::Plot) -> f64 {
    plot.series.iter().flat_map(|series| &series.points).filter_map(|point| point.y).sum()
}

/// `count` names with values that fall, the first one being `largest`.
fn names(count: usize, largest: f64, chart: &str) -> Answer {
    let values: Vec<f64> = (0..count).map(|i| largest / (1 + i * i) as f64).collect();
    let names = (0..count).map(|i| format!("name {i}")).collect();
    answer(&[("Name", Values::Texts(names)), ("Bytes", reals(&values))], chart, &[])
}

#[test]
fn other_adds_up_the_rest() {
    let values: f64 = (0..200).map(|i| 1e6 / f64::from(1 + i * i)).sum();
    for (chart, kept) in [("columnchart", 60), ("piechart", 8)] {
        let plot = plot(&names(200, 1e6, chart));
        assert_eq!(plot.places.len(), kept + 1);
        assert_eq!(plot.other_place, Some(kept));
        assert_eq!(plot.places.name(kept), format!("other ({})", 200 - kept));
        assert!((total(&plot) - values).abs() < 1e-6 * values);
        assert_eq!(
            plot.notes,
            [format!("the {kept} largest of 200 names are shown, other adds up the rest")]
        );
    }
}

#[test]
fn a_rest_that_would_dwarf_the_others_is_told_and_not_drawn() {
    let names = (0..1_000).map(|i| format!("name {i}")).collect();
    let answer = answer(&[("Name", Values::Texts(names)), ("Bytes", reals(&[2.0; 1_000]))], "barchart", &[]);
    let plot = plot(&answer);
    assert_eq!((plot.places.len(), plot.other_place), (60, None));
    assert_eq!(plot.notes, ["the 60 largest of 1000 names are shown, the rest adds up to 1.88k"]);
}

#[test]
fn what_does_not_add_up_is_left_out_and_told() {
    let mut answer = names(100, 1e6, "columnchart");
    answer.columns[1].name = "avg_Latency".into();
    let plot = plot(&answer);
    assert_eq!((plot.places.len(), plot.other_place), (60, None));
    assert_eq!(plot.notes, ["the 60 largest of 100 names are shown, the rest is left out"]);
}

/// Forty series over ten days.
fn series(chart: &str, value_name: &str) -> (Answer, f64) {
    let values: Vec<i64> = traffic(5).take(400).collect();
    let start = weir_value::datetime::parse("2024-11-18").unwrap();
    let days = (0..400).map(|i| Some(start + (i / 40) * weir_value::timespan::TICKS_PER_DAY));
    let columns = [
        ("App", Values::Texts((0..400).map(|i| format!("app {}", i % 40)).collect())),
        ("T", Values::Times(days.collect())),
        (value_name, Values::Longs(values.iter().copied().map(Some).collect())),
    ];
    (answer(&columns, chart, &[]), values.iter().sum::<i64>() as f64)
}

#[test]
fn the_rest_of_the_series_is_one_more() {
    for chart in ["columnchart", "barchart", "stackedareachart", "timechart"] {
        let (answer, sum) = series(chart, "Bytes");
        let plot = plot(&answer);
        assert_eq!(plot.series.len(), 9, "{chart}");
        let other = plot.series.last().unwrap();
        assert!(other.is_other && other.name == "other (32)");
        assert!((total(&plot) - sum).abs() < 1e-6 * sum);
        assert_eq!(plot.notes, ["the 8 largest of 40 series are shown, other adds up the rest"]);
        // The largest come first.
        let sizes: Vec<f64> =
            plot.series[..8].iter().map(|s| s.points.iter().filter_map(|p| p.y).sum()).collect();
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    }
    let (answer, _) = series("timechart", "P95");
    let plot = plot(&answer);
    assert_eq!(plot.series.len(), 8);
    assert_eq!(plot.notes, ["the 8 largest of 40 series are shown, the rest is left out"]);
}

#[test]
fn the_largest_numbers_stay_numbers() {
    let plot = plot(&answer(
        &[("T", times(&["2024-11-18"; 3])), ("Bytes", reals(&[f64::MAX, f64::MAX, 1.0]))],
        "columnchart",
        &[],
    ));
    assert_eq!(plot.series[0].points[0].y, Some(f64::MAX));
}
