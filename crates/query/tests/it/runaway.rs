//! Texts that would take for ever, or all memory: each is stopped soon after its time, wherever it spends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_query::{Cancel, Cut, CutBy, Engine, EngineOptions, Error, QueryOptions, WorkspaceCatalog};

/// How long a query may take here.
const TIMEOUT: Duration = Duration::from_millis(500);
/// How much longer it may take until it is stopped, on a busy machine and unoptimised.
const SLACK: Duration = Duration::from_secs(8);

fn engine(runtime: &tokio::runtime::Runtime) -> Engine {
    let options = EngineOptions { threads: 2, memory_bytes: 256 << 20 };
    Engine::new(options, runtime.handle().clone()).unwrap()
}

fn catalog() -> WorkspaceCatalog {
    WorkspaceCatalog::new(None, PathBuf::from("nowhere"))
}

/// What takes for ever: one text for each place where a query can spend its time.
fn endless() -> Vec<String> {
    let rows = "range x from 1 to 1000000000 step 1";
    let ones = "let T = range x from 1 to 1000000 step 1 | extend k = 1;";
    let mut texts: Vec<String> = vec![
        format!("{rows} | where hash(x) == 7 | count"),
        format!("{rows} | sort by rand() | take 5"),
        format!("{rows} | summarize count() by x | summarize max(count_)"),
        format!("{rows} | serialize | extend n = row_cumsum(x) | summarize max(n)"),
        format!("{rows} | summarize percentile(x, 50)"),
        format!("{ones} T | join kind=inner T on k | where x + x1 == 5 | count"),
        format!("{ones} T | join kind=fullouter T on k | summarize dcount(x1)"),
        format!("{rows} | extend a = range(1, 100000) | mv-expand a | count"),
        format!(
            "{rows} | extend a = range(x, x + 300) | mv-apply a to typeof(long) on (summarize s = sum(a)) | summarize max(s)"
        ),
        format!("{rows} | make-series c = count() on x from 1 to 1000000 step 1 by g = x % 1000000 | count"),
        "range x from 1 to 10000000 step 1 | extend s = strcat(strrep('ab', 1000), x) \
         | where s matches regex '(a[^z]*){9}[xy]{3,90}.{0,90}[^abc]$' | count"
            .to_owned(),
        // A batch that takes long: rows of kilobytes, of which none is taken.
        "range x from 1 to 100000000 step 1 | extend s = strrep(tostring(x), 500) \
         | where replace_regex(s, '([0-9])y', '') contains 'z' | count"
            .to_owned(),
        format!(
            "{rows} | extend a = range(x, x + 500) | extend b = array_sort_desc(a) | summarize max(tolong(b[0]))"
        ),
        // While it is bound: rows one by one, keys one by one, rows that are needed to go on.
        format!(
            "range x from 1 to 3000000 step 1 | serialize | scan declare (s: long = 0) with (step a: true => s = x + a.s;) | count"
        ),
        format!(
            "range x from 1 to 30000 step 1 | extend y = x % 9000 | partition hint.strategy=native by y (sort by x asc | extend p = prev(x)) | count"
        ),
        format!("let n = toscalar({rows} | where hash(x) % 3 == 1 | count); print n"),
        format!("let M = materialize({rows} | where hash(x) == 7); M | count"),
        format!("{rows} | where x in (({rows} | where hash(x) == 7)) | count"),
    ];
    // While it is planned.
    let steps: String = (0..900).map(|n| format!(" | extend a{} = a{n} + 1", n + 1)).collect();
    texts.push(format!("print a0 = 1{steps} | where a900 > rand() | join kind=inner ({ones} T) on $left.a0 == $right.k | where hash(x) == 7 and hash(a1) == 3"));
    let tables: String = (0..3000).map(|n| format!(", (print x = {n} | where x > rand())")).collect();
    texts.push(format!(
        "union (print x = 1){tables} | join kind=inner ({rows}) on x | join kind=inner ({rows}) on x"
    ));
    texts
}

#[test]
fn what_takes_for_ever_is_stopped() {
    let runtime = weir_query::runtime().unwrap();
    let engine = engine(&runtime);
    let options = QueryOptions { timeout: Some(TIMEOUT), ..QueryOptions::default() };
    for text in endless() {
        let started = Instant::now();
        let shown = &text[..text.len().min(120)];
        let outcome = engine.run(&text, &catalog(), &options).map(|_| ());
        let Err(error) = outcome else { panic!("{shown}: was answered after {:?}", started.elapsed()) };
        let took = started.elapsed();
        assert!(matches!(error, Error::TimedOut(limit) if limit == TIMEOUT), "{shown}: {error:?}");
        assert!(took < TIMEOUT + SLACK, "{shown}: stopped after {took:?}");
    }
    // Nobody waited for what was stopped: it must be at its end all the same, soon.
    let started = Instant::now();
    runtime.shutdown_timeout(2 * SLACK);
    assert!(started.elapsed() < SLACK, "something still runs");
}

#[test]
fn a_query_is_cancelled_by_its_token_and_by_being_dropped() {
    let runtime = weir_query::runtime().unwrap();
    let engine = engine(&runtime);
    let text = "range x from 1 to 1000000000 step 1 | where hash(x) == 7 | count";
    let cancel = Cancel::new();
    let options = QueryOptions { cancel: cancel.clone(), ..QueryOptions::default() };
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            cancel.fire();
        });
        let error = engine.run(text, &catalog(), &options).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error:?}");
    });
    assert!(started.elapsed() < SLACK);

    runtime.block_on(async {
        let catalog = Arc::new(catalog());
        let soon = engine.start("print 1".to_owned(), catalog.clone(), QueryOptions::default());
        assert_eq!(soon.await.unwrap().answers.len(), 1);
        let running = engine.start(text.to_owned(), catalog.clone(), QueryOptions::default());
        let waited = tokio::time::timeout(Duration::from_millis(200), running).await;
        assert!(waited.is_err());
        // Nothing of it is left: all memory that it held is given back.
        let started = Instant::now();
        while engine.reserved_bytes() > 0 {
            assert!(started.elapsed() < SLACK);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn memory_rows_and_bytes_end_with_what_was_exceeded() {
    let runtime = weir_query::runtime().unwrap();
    let engine = engine(&runtime);
    let run = |text: &str, options: QueryOptions| {
        let options = QueryOptions { timeout: Some(Duration::from_secs(60)), ..options };
        engine.run(text, &catalog(), &options).map(|outcome| outcome.answers[0].row_count())
    };
    let rows = "range x from 1 to 5000000 step 1";
    let little = || QueryOptions { memory_bytes: Some(16 << 20), ..QueryOptions::default() };
    for text in [
        // The build side of a join, rows that are held for what follows, rows of the result.
        format!(
            "{rows} | extend s = strcat(x, 'abcdefghijklmnop') | join kind=inner ({rows} | extend t = strcat(x, 'abcdefghijklmnop')) on x | count"
        ),
        format!("let n = materialize({rows}); n | join kind=inner n on x | count"),
        rows.to_owned(),
    ] {
        let error = run(&text, little()).unwrap_err();
        assert!(
            matches!(error, Error::OutOfMemory { limit_bytes, .. } if limit_bytes == 16 << 20),
            "{text}: {error:?}"
        );
    }
    // What can go on on disk does.
    assert_eq!(run(&format!("{rows} | sort by hash(x) | where x % 1000000 == 0"), little()).unwrap(), 5);

    let few = |rows_max, bytes_max| QueryOptions { rows_max, bytes_max, ..QueryOptions::default() };
    let error = run(rows, few(Some(500_000), None)).unwrap_err();
    assert!(matches!(error, Error::TooManyRows(500_000)), "{error:?}");
    let texts = "range x from 1 to 3 step 1 | project s = strrep('x', 1000)";
    assert_eq!(run(texts, few(Some(3), Some(3000))).unwrap(), 3);
    let error = run(texts, few(Some(3), Some(2999))).unwrap_err();
    assert!(matches!(error, Error::TooManyBytes(2999)), "{error:?}");
}

#[test]
fn a_result_is_cut_where_that_is_asked_for() {
    let runtime = weir_query::runtime().unwrap();
    let run = |text: &str, rows_max, bytes_max| {
        let options = QueryOptions { rows_max, bytes_max, cut: true, ..QueryOptions::default() };
        let outcome = engine(&runtime).run(text, &catalog(), &options).unwrap();
        let rows: Vec<usize> = outcome.answers.iter().map(weir_answer::Answer::row_count).collect();
        (rows, outcome.cut)
    };
    let rows = "range x from 1 to 100000 step 1";
    let cut = |answer, limit| Some(Cut { answer, limit });
    assert_eq!(run(rows, Some(100_000), None), (vec![100_000], None));
    assert_eq!(run(rows, Some(9_999), None), (vec![9_999], cut(0, CutBy::Rows(9_999))));
    assert_eq!(run(rows, Some(0), None), (vec![0], cut(0, CutBy::Rows(0))));
    let (some, limit) = run(rows, None, Some(80_000));
    assert!(some[0] > 0 && some[0] <= 10_000 && limit == cut(0, CutBy::Bytes(80_000)), "{some:?} {limit:?}");
    // What comes after the statement that was cut runs all the same.
    let several = format!("print 1; {rows}; print 2; {rows} | count");
    assert_eq!(run(&several, Some(5), None), (vec![1, 5, 1, 1], cut(1, CutBy::Rows(5))));
}
