//! Generates logs and says how fast: `generate FOLDER [HOURS] [NICS] [MEGABYTES] [FORMAT] [THREADS] [DETAIL]`.
//!
//! 0 megabytes: as much as the tables say. Formats: vnet, nsg2, nsg1, mixed. Details: full, totals.

use std::path::PathBuf;
use std::time::Instant;

use weir_flowgen::{Config, LogFormat, Scale, TruthDetail, UnixSeconds, simulate};

/// 2026-11-22T00:00:00Z.
const END: i64 = 1_795_305_600;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = PathBuf::from(arguments.first().ok_or("a folder is needed")?);
    let number = |place: usize, usual: u64| arguments.get(place).map_or(Ok(usual), |text| text.parse());
    let text = |place: usize| arguments.get(place).map_or("", String::as_str);
    let megabytes = number(3, 0)?;
    let config = Config {
        hours: number(1, 168)?.try_into()?,
        scale: Scale {
            background_nics: number(2, 0)?.try_into()?,
            size_bytes: (megabytes > 0).then_some(megabytes * 1_000_000),
        },
        format: match text(4) {
            "nsg2" => LogFormat::NsgV2,
            "nsg1" => LogFormat::NsgV1,
            "mixed" => LogFormat::Mixed,
            _ => LogFormat::VnetV4,
        },
        threads: number(5, 0)?.try_into()?,
        truth: if text(6) == "totals" { TruthDetail::Totals } else { TruthDetail::Full },
        ..Config::demo(1, UnixSeconds(END))
    };
    let start = Instant::now();
    let truth = simulate(&config, &root, &mut |_| ())?;
    let seconds = start.elapsed().as_secs_f64();
    let speed = truth.totals.bytes as f64 / 1e6 / seconds;
    println!("{seconds:.2} s, {speed:.0} MB/s");
    println!("{:#?}", truth.made);
    println!("{:#?}", truth.totals);
    Ok(())
}
