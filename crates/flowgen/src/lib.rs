//! Seeded synthetic Azure flow logs, in the exact layout Azure writes, with an inventory and their ground truth.
//!
//! A [`Config`] comes in; a folder of `PT1H.json` blobs, `inventory`, `truth.json` and `truth-rows.parquet` come
//! out. Demo, tests and benchmark corpora are made by it. The company is a table in `model`: to add a machine, a
//! role or a conversation is to add an entry.
//!
//! 1. `model`: the [`Company`], its conversations, and the pairs of machines they amount to
//! 2. `traffic`: the flows of a pair, and the tuples a NIC logs of them, in any hour without the hours before
//! 3. `blob`: tuples to records to bytes, and the path
//! 4. `export`: the company as Resource Graph and a sites file tell it
//! 5. `truth`: counts made along the way → [`Truth`]; what decoration has to say of every row
//! 6. `calibrate`, `run`: how much traffic makes the wanted size; threads and files
//!
//! The same configuration gives the same bytes, on any platform and with any number of threads. Blobs depend
//! on seed, NIC and hour only, except for transfers planned relative to the end of the span and for the
//! factors that meet a wanted size.
//!
//! ```
//! use weir_flowgen::{Config, UnixSeconds, simulate};
//! # let folder = tempfile::tempdir().unwrap();
//! let config = Config { hours: 2, ..Config::demo(1, UnixSeconds(1_782_000_000)) };
//! let truth = simulate(&config, folder.path(), &mut |_| ()).unwrap();
//! assert!(truth.totals.tuples > truth.totals.rows_60_minutes);
//! ```

mod config;
mod error;

mod clock;
mod dice;

mod model;

mod traffic;

mod blob;

mod export;

mod truth;

mod calibrate;
mod run;
mod worker;

pub use clock::UnixSeconds;
pub use config::{Config, LogFormat, Progress, Scale, TruthDetail};
pub use error::Error;
pub use model::*;
pub use run::simulate;
pub use truth::{
    AddressBytes, AppBytes, BalancerMembers, ConfigTruth, DayAddressBytes, DayFlowBytes, DayTotals,
    Decisions, DeniedByRule, DirectionBytes, ExpressRoute, FORMAT_VERSION, FlowBytes, Flows, HourTotals,
    Made, Prefixes, Scenarios, SitePair, States, Talker, Totals, Truth, WatchedHost,
};
