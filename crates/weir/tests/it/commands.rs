//! Commands and how they end: 0, 1, 2 or 3, with a message that says what to do.

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use crate::program::weir;

/// Two hours of logs of the invented company, and an empty place for tables.
fn logs() -> TempDir {
    let folder = tempdir().unwrap();
    let made = weir(folder.path(), &["simulate", "logs", "--hours", "2", "--end", "2026-06-01T12:00:00Z"]);
    assert!(made.done().contains("written to logs"));
    folder
}

fn ingested() -> TempDir {
    let folder = logs();
    weir(folder.path(), &["ingest", "logs"]).done();
    folder
}

/// The largest blob below a folder.
fn a_blob(folder: &Path) -> std::path::PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if entry.file_name() == "PT1H.json" {
                found.push((entry.metadata().unwrap().len(), entry.path()));
            }
        }
    }
    found.into_iter().max().expect("there are blobs").1
}

#[test]
fn a_summary_says_what_was_read() {
    let folder = logs();
    let first = weir(folder.path(), &["ingest", "logs"]).done();
    for word in ["blobs ", "bytes ", "records ", "tuples ", "rows ", "tuples a row", "stored ", "time ", "/s"]
    {
        assert!(first.contains(word), "no '{word}' in\n{first}");
    }
    let again = weir(folder.path(), &["ingest", "logs"]).done();
    assert!(again.contains("unchanged"), "{again}");
    assert!(again.contains("rows       0"), "{again}");
}

#[test]
fn a_folder_without_logs_is_nothing_done() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let ended = weir(folder.path(), &["ingest", "empty"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains(".json"), "{}", ended.err);
    fs::write(folder.path().join("empty/note.json"), "a note about the network").unwrap();
    let ended = weir(folder.path(), &["ingest", "empty"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("no record of a flow log"), "{}", ended.err);
}

#[test]
fn a_path_that_is_not_there_is_told() {
    let folder = tempdir().unwrap();
    let ended = weir(folder.path(), &["ingest", "nowhere"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("nowhere"), "{}", ended.err);
}

#[test]
fn one_missing_path_does_not_stop_the_others() {
    let folder = logs();
    let ended = weir(folder.path(), &["ingest", "logs", "nowhere"]);
    assert_eq!(ended.code, 3, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("1 failed") && ended.err.contains("nowhere"), "{}{}", ended.out, ended.err);
    assert!(weir(folder.path(), &["ingest", "logs"]).done().contains("unchanged"));
}

#[test]
fn the_tables_are_no_logs() {
    let folder = logs();
    let first = weir(folder.path(), &["ingest", "."]).done();
    let again = weir(folder.path(), &["ingest", "."]).done();
    for text in [&first, &again] {
        assert!(!text.contains("without flow logs"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn whoever_reads_may_stop() {
    use crate::program::weir_unread;
    let folder = tempdir().unwrap();
    for arguments in [
        &["simulate", "logs", "--hours", "1", "--end", "2026-06-01T12:00:00Z"][..],
        &["ingest", "logs"],
        &["ingest", "logs", "--json"],
        &["query", "NTANetAnalytics | take 5"],
        &["query", "NTANetAnalytics | take 5", "--explain"],
    ] {
        assert_eq!(weir_unread(folder.path(), arguments), (0, String::new()), "{arguments:?}");
    }
}

#[test]
fn an_empty_query_is_told() {
    let folder = ingested();
    for text in ["", " \n", "// a comment"] {
        let ended = weir(folder.path(), &["query", text]);
        assert_eq!((ended.code, ended.out.as_str()), (1, ""), "'{text}'");
        assert!(ended.err.contains("empty"), "'{text}': {}", ended.err);
    }
}

#[test]
fn a_simulation_ends_at_an_hour_that_can_be() {
    let folder = tempdir().unwrap();
    for end in ["1960-01-01", "2026-06-01T12:30:00Z", "soon"] {
        let ended = weir(folder.path(), &["simulate", "logs", "--hours", "1", "--end", end]);
        assert_eq!(ended.code, 1);
        assert!(ended.err.contains(end) && ended.err.contains("--end"), "{}", ended.err);
    }
}

#[test]
fn one_broken_file_does_not_stop_the_others() {
    let folder = logs();
    fs::write(folder.path().join("logs/broken.json.gz"), b"\x1f\x8b\x08\x00 this is no gzip").unwrap();
    let ended = weir(folder.path(), &["ingest", "logs"]);
    assert_eq!(ended.code, 3, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("broken.json.gz"), "{}", ended.err);
    assert!(ended.out.contains("1 failed"), "{}", ended.out);
}

#[test]
fn a_version_that_nobody_knows_is_counted() {
    let folder = logs();
    let blob = a_blob(&folder.path().join("logs"));
    let text = fs::read_to_string(&blob).unwrap();
    let other = text.replace("\"flowLogVersion\":4", "\"flowLogVersion\":9");
    assert_ne!(text, other);
    fs::remove_dir_all(folder.path().join("logs")).unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("logs/PT1H.json"), other).unwrap();
    let ended = weir(folder.path(), &["ingest", "logs"]);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("version"), "{}{}", ended.out, ended.err);
}

#[test]
fn another_interval_than_the_workspaces_is_refused() {
    let folder = ingested();
    let ended = weir(folder.path(), &["ingest", "logs", "--interval", "10m"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("60"), "{}", ended.err);
    assert!(ended.err.contains("hint:"), "{}", ended.err);
}

#[test]
fn a_workspace_leads_nowhere_else() {
    let folder = tempdir().unwrap();
    let ended = weir(folder.path(), &["ingest", ".", "--workspace", "../other"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("../other"), "{}", ended.err);
    assert!(!folder.path().parent().unwrap().join("other").exists());
}

#[test]
fn a_query_may_be_an_argument_a_file_or_standard_input() {
    let folder = ingested();
    let kql = "NTANetAnalytics | count";
    fs::write(folder.path().join("count.kql"), kql).unwrap();
    let argument = weir(folder.path(), &["query", kql, "--format", "csv"]).done();
    let file = weir(folder.path(), &["query", "-f", "count.kql", "--format", "csv"]).done();
    assert_eq!(argument, file);
    assert!(argument.starts_with("Count"), "{argument}");
}

#[test]
fn every_form_is_written() {
    let folder = ingested();
    let kql = "NTANetAnalytics | summarize Bytes = sum(BytesSrcToDest) by bin(FlowIntervalStartTime, 1h) \
               | render timechart";
    for (format, begins) in [
        ("table", ""),
        ("csv", "FlowIntervalStartTime,Bytes"),
        ("json", "["),
        ("jsonl", "{"),
        ("markdown", "|"),
        ("svg", "<svg"),
        ("html", "<!doctype html>"),
        ("kusto-v1", "{"),
    ] {
        let text = weir(folder.path(), &["query", kql, "--format", format]).done();
        assert!(text.to_lowercase().starts_with(&begins.to_lowercase()), "{format}: {text}");
        assert!(!text.is_empty());
    }
    for ending in ["csv", "parquet", "svg", "html", "txt"] {
        let out = format!("answer.{ending}");
        weir(folder.path(), &["query", kql, "--out", &out]).done();
        assert!(fs::metadata(folder.path().join(out)).unwrap().len() > 0);
    }
}

#[test]
fn an_error_points_at_its_place() {
    let folder = ingested();
    let ended =
        weir(folder.path(), &["query", "NTANetAnalytics | where SrcIP == '10.0.0.1' | summarize coun()"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.is_empty());
    // Both errors, each with what was meant.
    for word in ["SrcIP", "SrcIp", "coun", "count"] {
        assert!(ended.err.contains(word), "no '{word}' in\n{}", ended.err);
    }
}

#[test]
fn a_query_without_data_says_where_it_looked() {
    let folder = tempdir().unwrap();
    let printed = weir(folder.path(), &["query", "print 1 + 1", "--format", "csv"]).done();
    assert_eq!(printed.lines().last(), Some("2"));
    let ended = weir(folder.path(), &["query", "NTANetAnalytics | count"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("weir ingest"), "{}", ended.err);
}

#[test]
fn parameters_and_now_come_from_outside() {
    let folder = tempdir().unwrap();
    let kql = "declare query_parameters(n:long, t:timespan = 1h); print N = n + 1, T = now() - t";
    let answer = weir(
        folder.path(),
        &["query", kql, "-p", "n=41", "--now", "2026-06-01T12:00:00Z", "--format", "csv"],
    )
    .done();
    assert_eq!(answer.lines().last(), Some("42,2026-06-01T11:00:00.0000000Z"));
    assert_eq!(weir(folder.path(), &["query", kql]).code, 1);
}

#[test]
fn a_simulation_spoils_no_other_folder() {
    let folder = logs();
    let ended = weir(folder.path(), &["simulate", "logs", "--hours", "1"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("logs"), "{}", ended.err);
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let folder = tempdir().unwrap();
    for arguments in [&["--nonsense"][..], &["ingest"], &["query", "-p", "novalue", "print 1"], &["nothing"]]
    {
        let ended = weir(folder.path(), arguments);
        assert_eq!(ended.code, 2, "{arguments:?}");
        assert!(ended.err.contains("error:"), "{}", ended.err);
    }
}
