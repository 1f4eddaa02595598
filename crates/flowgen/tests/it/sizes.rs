//! Logs are about as large as asked for.

use weir_flowgen::{Config, LogFormat, Scale};

use crate::read::{generate, hours};

fn size(length: u32, format: LogFormat, background_nics: u32, size_bytes: u64) -> f64 {
    let scale = Scale { background_nics, inventory_nics: 0, size_bytes: Some(size_bytes) };
    let (_, truth) = generate(&Config { scale, ..hours(length, format) });
    assert!(background_nics == 0 || truth.made.background_nics == u64::from(background_nics));
    truth.totals.bytes as f64 / size_bytes as f64
}

#[test]
fn sizes_are_met() {
    let asked = [
        // Less than the company makes, a little more, much more.
        (3, LogFormat::VnetV4, 0, 2_000_000),
        (3, LogFormat::VnetV4, 0, 3_500_000),
        (3, LogFormat::NsgV2, 0, 7_000_000),
        // With a number of machines, whatever each must say for it.
        (2, LogFormat::VnetV4, 25, 4_000_000),
        (2, LogFormat::NsgV1, 4, 3_000_000),
    ];
    for (length, format, background_nics, size_bytes) in asked {
        let ratio = size(length, format, background_nics, size_bytes);
        assert!(
            (0.9..1.1).contains(&ratio),
            "{format:?}, {length} h, {background_nics} NICs, {size_bytes}: {ratio}"
        );
    }
}
