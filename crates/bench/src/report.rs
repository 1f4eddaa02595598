//! Figures for people and for machines.

use serde_json::{Value, json};

use crate::corpus::Corpus;
use crate::measure::{Figures, Run};

const MEGA: f64 = 1e6;
const MEBI: f64 = (1 << 20) as f64;

/// Prints a table: medians, and the slowest and the fastest run beside.
pub fn print(corpus: &Corpus, figures: &Figures) {
    println!(
        "{}: {:.0} MB, {} tuples, {} rows by the hour",
        corpus.format,
        corpus.size_bytes as f64 / MEGA,
        corpus.tuples,
        corpus.rows
    );
    println!("{:<24}{:>16}{:>20}{:>14}{:>12}", "", "MB per CPU s", "slowest…fastest", "MB per s", "peak MiB");
    for figure in &figures.stages {
        let rate = |seconds: fn(&Run) -> f64| {
            spread(figure.runs.iter().map(|run| corpus.size_bytes as f64 / MEGA / seconds(run)))
        };
        let cpu = rate(|run| run.cpu_seconds);
        let peak = spread(figure.runs.iter().map(|run| run.peak_bytes as f64 / MEBI));
        let range = format!("{:.0}…{:.0}", cpu.least, cpu.most);
        let wall = rate(|run| run.wall_seconds).median;
        println!("{:<24}{:>16.0}{range:>20}{wall:>14.0}{:>12.0}", figure.title, cpu.median, peak.median);
    }
    println!("{:.1} bytes a row in the table\n", bytes_a_row(figures));
}

/// The same, every run by itself.
pub fn as_json(corpus: &Corpus, figures: &Figures) -> Value {
    let stages = figures.stages.iter().map(|figure| {
        let runs: Vec<Value> = figure
            .runs
            .iter()
            .map(|run| {
                json!({
                    "cpu_seconds": run.cpu_seconds,
                    "wall_seconds": run.wall_seconds,
                    "peak_bytes": run.peak_bytes,
                })
            })
            .collect();
        (figure.title.to_owned(), Value::Array(runs))
    });
    json!({
        "format": corpus.format,
        "size_bytes": corpus.size_bytes,
        "tuples": corpus.tuples,
        "rows": corpus.rows,
        "bytes_a_row": bytes_a_row(figures),
        "stages": stages.collect::<serde_json::Map<_, _>>(),
    })
}

fn bytes_a_row(figures: &Figures) -> f64 {
    figures.table_bytes as f64 / figures.table_rows.max(1) as f64
}

/// Where numbers lie.
#[derive(Debug, PartialEq)]
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

fn spread(numbers: impl Iterator<Item = f64>) -> Spread {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    let median = (at(numbers.len() / 2) + at(numbers.len().saturating_sub(1) / 2)) / 2.0;
    Spread { least: at(0), median, most: at(numbers.len().saturating_sub(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(spread([3.0, 1.0, 2.0].into_iter()), Spread { least: 1.0, median: 2.0, most: 3.0 });
        assert_eq!(spread([4.0, 1.0, 2.0, 3.0].into_iter()).median, 2.5);
    }
}
