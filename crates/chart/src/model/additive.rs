/// Words in the names of columns whose sum means nothing.
const NOT_ADDITIVE: [&str; 27] = [
    "arg",
    "average",
    "avg",
    "avgif",
    "dcount",
    "dcountif",
    "fraction",
    "latency",
    "max",
    "maxif",
    "maximum",
    "mean",
    "median",
    "min",
    "minif",
    "minimum",
    "pct",
    "peak",
    "percent",
    "percentage",
    "percentile",
    "percentiles",
    "rate",
    "ratio",
    "share",
    "stdev",
    "variance",
];

/// Whether the values of a column of this name may be added up, as sums and counts may and averages may not.
///
/// An answer does not tell how its columns came about, so their names decide: those that `summarize` gives
/// (`avg_x`, `percentile_x_95`), and the same words in names that people give (`MaxBytes`, `P95`).
pub(super) fn is_additive(name: &str) -> bool {
    !words(name).any(|word| {
        let percentile = word.strip_prefix('p').is_some_and(|digits| {
            (2..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        percentile || NOT_ADDITIVE.contains(&word.as_str())
    })
}

/// The words of `avg_x`, `AvgBytes` and `bytes per second`, in lower case.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && before.is_lowercase() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.into_iter().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_additive;

    #[test]
    fn sums_and_counts_add_up_and_averages_do_not() {
        for name in
            ["count_", "sum_Bytes", "TotalBytes", "Flows", "ProbeCount", "p", "Column1", "AllowedInFlows"]
        {
            assert!(is_additive(name), "{name}");
        }
        for name in
            ["avg_x", "percentile_x_95", "MaxBytes", "P95", "p999", "dcount_SrcIp", "bytes rate", "SharePct"]
        {
            assert!(!is_additive(name), "{name}");
        }
    }
}
