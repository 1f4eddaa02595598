//! Groups that are made a day at a time, kept or not, are those of all rows at once.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::{TempDir, tempdir};
use weir_query::{Engine, EngineOptions, QueryOptions, WorkspaceCatalog};
use weir_table::Workspace;

use crate::program::weir;

/// When the logs end: they begin 28 hours before, so they have parts of three days.
const END: &str = "2026-06-03T02:00:00Z";

/// Summaries of all kinds over stored rows; `{time}` is a condition on the time.
const SUMMARIES: &[&str] = &[
    "NTANetAnalytics | where {time} | summarize count(), sum(BytesSrcToDest), min(FlowStartTime), max(DestPort)",
    "NTANetAnalytics | where {time} | count",
    "NTANetAnalytics | where {time} | distinct SrcIp, FlowType",
    "NTANetAnalytics | where {time} | summarize count() by bin(FlowIntervalStartTime, 1d)",
    "NTANetAnalytics | where {time} | summarize count(), dcount(SrcIp), count_distinct(DestIp) by FlowStatus",
    "NTANetAnalytics | where {time} | summarize count_distinctif(SrcIp, DestPort == 443), countif(DestPort < 1024)",
    "NTANetAnalytics | where {time} | summarize dcount_hll(hll(SrcIp)) by FlowType",
    "NTANetAnalytics | where {time} | summarize percentiles(BytesSrcToDest, 50, 99) by FlowType",
    "NTANetAnalytics | where {time} | summarize a = make_set(FlowType), b = make_list(FlowType) | project array_sort_asc(a), array_sort_asc(b)",
    "NTANetAnalytics | where {time} | summarize round(avg(BytesSrcToDest), 3), round(stdev(BytesDestToSrc), 3) by FlowDirection",
    "NTANetAnalytics | where {time} | summarize arg_max(FlowStartTime, *) | project FlowStartTime",
    "NTANetAnalytics | where {time} | summarize b = sum(BytesSrcToDest) by FlowIntervalStartTime, SrcIp, MacAddress \
     | summarize b = max(b) by FlowIntervalStartTime, SrcIp | summarize sum(b), dcount(SrcIp)",
    // Not by the time: groups below have rows of several days.
    "NTANetAnalytics | where {time} | summarize b = sum(BytesSrcToDest) by SrcIp | summarize max(b), count()",
    "NTANetAnalytics | where {time} | summarize b = sum(BytesSrcToDest) by bin(FlowIntervalStartTime, 7d), SrcIp | summarize max(b), count()",
    "NTANetAnalytics | where {time} | summarize m = max(FlowIntervalStartTime) by SrcIp | summarize count() by m",
    "NTANetAnalytics | where {time} | take 100 | summarize count()",
    "NTANetAnalytics | where {time} | top 50 by BytesSrcToDest | summarize sum(BytesSrcToDest)",
    "NTANetAnalytics | where {time} | sort by FlowStartTime asc, SrcIp asc | summarize make_list(FlowStartTime)",
    "union NTANetAnalytics, WeirPublicIps | where {time} | summarize count(), sum(BytesDestToSrc) by FlowType",
    "union (NTANetAnalytics | where {time}), (WeirPublicIps | where DestPort == 443) | summarize count() by FlowType",
    "weir_unfolded() | where {time} | summarize sum(AllowedOutFlows), dcount(DestIp) by FlowType",
    "NTANetAnalytics | where {time} | join kind=inner (NTANetAnalytics | where {time} | summarize count() by SrcIp) on SrcIp | summarize sum(count_)",
    "NTAIpDetails | where {time} | summarize count() by FlowType, Location",
    "AzureNetworkAnalytics_CL | extend FlowIntervalStartTime = FlowIntervalStartTime_t | where {time} | summarize sum(InboundBytes_d) by FlowType_s",
    "let F = NTANetAnalytics | where {time} | summarize b = sum(BytesSrcToDest) by FlowIntervalStartTime, SrcIp; \
     F | join kind=inner (F | summarize m = max(b) by SrcIp) on SrcIp | where b == m | summarize count(), sum(b)",
];

/// Conditions on the time: whole days, parts of days, moments within an interval and at its ends, nothing.
const TIMES: &[&str] = &[
    "true",
    "FlowIntervalStartTime >= datetime(2026-06-02) and FlowIntervalStartTime < datetime(2026-06-03)",
    "FlowIntervalStartTime > datetime(2026-06-02) and FlowIntervalStartTime <= datetime(2026-06-03)",
    "FlowIntervalStartTime between (datetime(2026-06-01T20:00) .. datetime(2026-06-02T03:00))",
    "FlowIntervalStartTime > datetime(2026-06-01T22:59:59.9999999) and FlowIntervalStartTime < datetime(2026-06-02T20:00:00.0000001)",
    "FlowIntervalStartTime >= datetime(2026-06-01T22:00:00.0000001) and FlowIntervalStartTime <= datetime(2026-06-03T01:30)",
    "FlowIntervalStartTime >= ago(1d)",
    "datetime(2026-06-02T05:00) <= FlowIntervalStartTime",
    "FlowIntervalStartTime != datetime(2026-06-02T05:00) and FlowIntervalStartTime < datetime(9999-12-31)",
    "FlowIntervalStartTime < datetime(2020-01-01)",
    "bin(FlowIntervalStartTime, 1d) == datetime(2026-06-02)",
];

/// With how many of these each summary is made.
const TIMES_EACH: usize = 3;

/// Logs that are read in two goes: an hour in the middle comes last.
struct Data {
    folder: TempDir,
    /// Folders of that hour: where they were found, and where they are meanwhile.
    late: Vec<(PathBuf, PathBuf)>,
}

impl Data {
    fn new() -> Data {
        let folder = tempdir().unwrap();
        let at = folder.path();
        weir(at, &["simulate", "logs", "--hours", "28", "--end", END]).done();
        let aside = at.join("late");
        fs::create_dir(&aside).unwrap();
        let hours = folders(&at.join("logs")).into_iter().filter(|hour| hour.ends_with("d=02/h=15"));
        let late: Vec<(PathBuf, PathBuf)> =
            hours.enumerate().map(|(number, hour)| (hour, aside.join(number.to_string()))).collect();
        assert!(!late.is_empty());
        for (hour, aside) in &late {
            fs::rename(hour, aside).unwrap();
        }
        weir(at, &["topology", "import", "logs/inventory", "--taken", "2026-05-01"]).done();
        weir(at, &["intel", "import", "logs/intel"]).done();
        weir(at, &["ingest", "logs"]).done();
        Data { folder, late }
    }

    fn read_the_rest(&self) {
        for (hour, aside) in &self.late {
            fs::rename(aside, hour).unwrap();
        }
        let summary = weir(self.folder.path(), &["ingest", "logs"]).done();
        assert!(!summary.contains("rows       0"), "{summary}");
    }

    fn catalog(&self) -> WorkspaceCatalog {
        let data = self.folder.path().join("weir-data");
        let workspace = Workspace::open(&data, "default").unwrap();
        WorkspaceCatalog::new(workspace.as_ref(), data)
    }
}

/// All folders below a folder.
fn folders(below: &Path) -> Vec<PathBuf> {
    let mut found = vec![below.to_owned()];
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        found.extend(entries.filter(|path| path.is_dir()));
        next += 1;
    }
    found
}

fn options() -> QueryOptions {
    QueryOptions { now_ticks: weir_value::datetime::parse(END).unwrap(), ..QueryOptions::default() }
}

/// The rows as sorted lines.
fn rows(engine: &Engine, catalog: &WorkspaceCatalog, text: &str) -> Vec<String> {
    let outcome = engine.run(text, catalog, &options()).unwrap_or_else(|error| panic!("{text}\n{error:?}"));
    let cells =
        |row: Vec<weir_answer::Cell<'_>>| row.iter().map(|cell| cell.text()).collect::<Vec<_>>().join(" | ");
    let mut rows: Vec<String> = outcome.answers.iter().flat_map(|answer| answer.rows().map(cells)).collect();
    rows.sort();
    rows
}

#[test]
fn days_put_together_are_all_rows_at_once() {
    let data = Data::new();
    let runtime = weir_query::runtime().unwrap();
    let options = |threads| EngineOptions { threads, memory_bytes: 1 << 30 };
    let engine = |threads| Engine::new(options(threads), runtime.handle().clone()).unwrap();
    let at_once = Engine::unoptimised(options(2), runtime.handle().clone()).unwrap();
    // One thread a day, and several.
    let (few, many) = (engine(2), engine(16));
    let keeping = engine(2).keeping(64 << 20);
    let compare = |catalog: &WorkspaceCatalog| {
        for (number, summary) in SUMMARIES.iter().enumerate() {
            // Each summary with some of the times, each time with some of the summaries.
            for time in TIMES.iter().cycle().skip(number * TIMES_EACH).take(TIMES_EACH) {
                let text = summary.replace("{time}", time);
                let expected = rows(&at_once, catalog, &text);
                for (name, engine) in
                    [("few", &few), ("many", &many), ("kept", &keeping), ("kept again", &keeping)]
                {
                    assert_eq!(rows(engine, catalog, &text), expected, "{name}: {text}");
                }
            }
        }
    };
    compare(&data.catalog());
    data.read_the_rest();
    compare(&data.catalog());
}

#[test]
fn days_are_kept_until_their_files_change() {
    let data = Data::new();
    let runtime = weir_query::runtime().unwrap();
    let engine = Engine::new(EngineOptions { threads: 2, memory_bytes: 1 << 30 }, runtime.handle().clone());
    let engine = engine.unwrap().keeping(64 << 20);
    let summary = |time: &str| {
        format!(
            "NTANetAnalytics | where {time} \
             | summarize b = sum(BytesSrcToDest) by FlowIntervalStartTime, SrcIp, MacAddress \
             | summarize b = max(b) by FlowIntervalStartTime, SrcIp | summarize sum(b)"
        )
    };
    let known = |catalog: &WorkspaceCatalog, time: &str| {
        let plan = engine.explain(&summary(time), catalog, &options()).unwrap();
        let days = plan.lines().find(|line| line.contains("DaysExec")).unwrap_or_else(|| panic!("{plan}"));
        days.trim().split(", files").next().unwrap().to_owned()
    };
    let catalog = data.catalog();
    let last = |end: &str| {
        format!("FlowIntervalStartTime >= datetime({end}) - 1d and FlowIntervalStartTime < datetime({end})")
    };
    assert_eq!(known(&catalog, "true"), "DaysExec: days=3, known=0");
    rows(&engine, &catalog, &summary("true"));
    assert_eq!(known(&catalog, "true"), "DaysExec: days=3, known=3");
    // What lies within is the same day, however it is asked for; a part of a day is not.
    assert_eq!(known(&catalog, "FlowIntervalStartTime >= datetime(2026-06-02)"), "DaysExec: days=2, known=2");
    assert_eq!(known(&catalog, "FlowIntervalStartTime > datetime(2026-06-02)"), "DaysExec: days=2, known=1");
    assert_eq!(known(&catalog, "DestPort == 443"), "DaysExec: days=3, known=0");
    // The last day, a minute later.
    rows(&engine, &catalog, &summary(&last("2026-06-03T01:41")));
    assert_eq!(known(&catalog, &last("2026-06-03T01:42")), "DaysExec: days=2, known=2");
    assert_eq!(known(&catalog, &last("2026-06-03T01:51")), "DaysExec: days=2, known=0");
    data.read_the_rest();
    assert_eq!(known(&data.catalog(), "true"), "DaysExec: days=3, known=2");
    // Files say how many rows they have.
    let count = engine.explain("NTANetAnalytics | count", &data.catalog(), &options()).unwrap();
    assert!(!count.contains("DaysExec") && !count.contains("DataSourceExec"), "{count}");
    let random = "NTANetAnalytics | summarize max(BytesSrcToDest * rand())";
    assert!(!engine.explain(random, &catalog, &options()).unwrap().contains("DaysExec"));
}
