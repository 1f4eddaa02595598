//! What is refused, and how that reads.

use weir_flowgen::{Config, Error, LogFormat, Scale, UnixSeconds, simulate};

use crate::read::{AFTERNOON, generate, hours};

fn refusal(config: &Config) -> Error {
    let folder = tempfile::tempdir().expect("a temporary folder");
    simulate(config, folder.path(), &mut |_| ()).expect_err("it is refused")
}

#[test]
fn of_times() {
    let good = hours(1, LogFormat::VnetV4);
    let error = refusal(&Config { end: UnixSeconds(AFTERNOON.0 + 1), ..good });
    assert_eq!(
        error.to_string(),
        "end of the simulated span: 1795014001 is not a full hour between 1980 and 9892"
    );
    let error = refusal(&Config { hours: 0, ..good });
    assert_eq!(error.to_string(), "length of the simulated span: 0 hours is not between 1 and 87672");
}

#[test]
fn of_scales() {
    let scaled = |background_nics, size_bytes| Config {
        scale: Scale { background_nics, inventory_nics: 0, size_bytes },
        ..hours(2, LogFormat::VnetV4)
    };
    assert!(matches!(refusal(&scaled(130_000, None)), Error::BackgroundNics { asked: 130_000, .. }));
    assert!(matches!(refusal(&scaled(0, Some(10_000))), Error::SizeTooSmall { asked_bytes: 10_000, .. }));
    assert!(matches!(refusal(&scaled(40, Some(10_000))), Error::SizeTooSmall { asked_bytes: 10_000, .. }));
    let Error::SizeTooLarge { asked_bytes, most_bytes } = refusal(&scaled(1, Some(1_000_000_000_000))) else {
        panic!("one machine would have to talk beyond measure")
    };
    assert!(most_bytes > 10_000_000 && most_bytes < asked_bytes, "{most_bytes}");
}

#[test]
fn of_a_folder_in_use() {
    let config = hours(1, LogFormat::VnetV4);
    let (folder, _) = generate(&config);
    let error = simulate(&config, folder.path(), &mut |_| ()).expect_err("it is refused");
    assert!(matches!(&error, Error::InUse { path } if path.ends_with("truth.json")), "{error}");
}

#[test]
fn of_a_folder_that_is_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let error = simulate(&hours(1, LogFormat::VnetV4), &file, &mut |_| ()).expect_err("it is refused");
    assert!(matches!(error, Error::Io { .. }), "{error}");
    assert!(error.to_string().starts_with("creating folder "), "{error}");
}

#[test]
fn progress_reaches_the_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut last = None;
    let truth = simulate(&hours(2, LogFormat::VnetV4), folder.path(), &mut |progress| {
        assert!(last.is_none_or(|last: weir_flowgen::Progress| last.done < progress.done));
        last = Some(progress);
    })
    .expect("logs are generated");
    let last = last.expect("progress was reported");
    assert_eq!((last.done, last.bytes), (last.planned, truth.totals.bytes));
}
