//! The same configuration, the same bytes.

use std::fs;
use std::path::Path;

use weir_flowgen::{Config, LogFormat, Scale, Truth, UnixSeconds};

use crate::read::{blobs, files, generate, hours};

fn contents(root: &Path) -> Vec<(String, Vec<u8>)> {
    let below = |path: &Path| path.strip_prefix(root).expect("below the root").display().to_string();
    files(root).iter().map(|path| (below(path), fs::read(path).expect("a file"))).collect()
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let scale = Scale { background_nics: 2, inventory_nics: 5, size_bytes: Some(2_000_000) };
    let config = |threads| Config { scale, threads, ..hours(2, LogFormat::Mixed) };
    let (one, truth) = generate(&config(1));
    let (three, _) = generate(&config(3));
    let (again, _) = generate(&config(3));
    assert!(contents(one.path()) == contents(three.path()));
    assert!(contents(three.path()) == contents(again.path()));
    let text = fs::read_to_string(one.path().join("truth.json")).expect("the ground truth");
    let read: Truth = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(read, truth);
}

#[test]
fn another_seed_writes_other_bytes() {
    let config = |seed| Config { seed, ..hours(1, LogFormat::VnetV4) };
    assert!(contents(generate(&config(1)).0.path()) != contents(generate(&config(2)).0.path()));
}

#[test]
fn a_blob_hangs_on_seed_machine_and_hour_alone() {
    let long = hours(5, LogFormat::VnetV4);
    let short = Config { hours: 2, end: UnixSeconds(long.end.0 - 3_600), ..long };
    let more = Config { scale: Scale { background_nics: 3, inventory_nics: 0, size_bytes: None }, ..short };
    let (long, _) = generate(&long);
    let (short, _) = generate(&short);
    let (more, _) = generate(&more);
    for blob in blobs(short.path()) {
        for other in [&long, &more] {
            assert_eq!(blob.text, fs::read_to_string(other.path().join(&blob.path)).expect(&blob.path));
        }
    }
}
