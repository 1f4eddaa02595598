//! The default demo: its size, its ground truth, and the literals of the published recipes.

use std::sync::OnceLock;

use tempfile::TempDir;
use weir_flowgen::{Config, Truth};

use crate::read::{Blob, END, blobs, generate};
use crate::recount;

/// The demo, generated once.
pub struct Demo {
    pub truth: Truth,
    pub blobs: Vec<Blob>,
    _folder: TempDir,
}

pub fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let (folder, truth) = generate(&Config::demo(1, END));
        Demo { truth, blobs: blobs(folder.path()), _folder: folder }
    })
}

#[test]
fn size() {
    let Truth { totals, made, days, hours, .. } = &demo().truth;
    assert!((80_000_000..125_000_000).contains(&totals.bytes), "{} bytes", totals.bytes);
    assert!((40..=50).contains(&made.nics) && made.background_nics == 0);
    assert_eq!((days.len(), hours.len()), (7, 168));
    // Machines sleep, so some hours have no blob.
    assert!(totals.blobs < made.nics * 168 - 200);
    assert_eq!(totals.blobs as usize, demo().blobs.len());
}

#[test]
fn truth() {
    recount::check(&demo().truth, &demo().blobs);
}

#[test]
fn reduction() {
    let totals = &demo().truth.totals;
    let denied_inbound = totals.decisions.inbound_denied;
    let factor = totals.tuples as f64 / totals.rows_60_minutes as f64;
    assert!((8.0..20.0).contains(&factor), "{factor} tuples a row");
    assert!(denied_inbound > 10_000);
}

#[test]
fn a_gigabyte_leaks_on_two_days() {
    let scenario = &demo().truth.scenarios.as_ref().expect("all of it").scenario1;
    assert_eq!(scenario.destinations[0].address, "136.144.58.113");
    assert!(scenario.destinations.len() > 15);
    for days in [&scenario.leak_by_end_day, &scenario.leak_by_start_day] {
        let (large, small): (Vec<_>, Vec<_>) = days.iter().partition(|app| app.bytes > 100_000_000);
        let large: Vec<_> =
            large.iter().map(|app| (app.day.as_str(), app.app.as_str(), app.bytes / 100_000_000)).collect();
        assert_eq!(large, [("2026-11-17", "TCP22", 10), ("2026-11-20", "TCP22", 10)]);
        assert!(!small.is_empty() && small.iter().all(|app| app.bytes < 1_000_000));
    }
}

#[test]
fn one_web_server_idles() {
    let scenario = &demo().truth.scenarios.as_ref().expect("all of it").scenario2;
    assert!(scenario.load_balancers.iter().all(|name| name.contains("web")));
    for ranking in [&scenario.by_source, &scenario.by_destination] {
        let of = |address: &str| ranking.iter().find(|row| row.address == address).map_or(0, |row| row.bytes);
        for sibling in ["10.1.1.68", "10.1.1.69", "10.1.1.71"] {
            assert!(of("10.1.1.70") * 10 < of(sibling), "{} and {}", of("10.1.1.70"), of(sibling));
        }
        assert!(of("10.1.1.70") > 0);
    }
}

#[test]
fn the_prefixes_talk_both_ways_mostly_on_port_80() {
    let flows = &demo().truth.scenarios.as_ref().expect("all of it").scenario3.flows;
    let bytes = |port: u16| flows.iter().filter(|flow| flow.port == port).map(|flow| flow.bytes).sum::<u64>();
    assert!(bytes(80) > 2 * (bytes(443) + bytes(22)) && bytes(443) > 0 && bytes(22) > 0);
    let last =
        |address: &str| address.rsplit('.').next().and_then(|octet| octet.parse::<u8>().ok()).unwrap_or(0);
    for upwards in [true, false] {
        assert!(
            flows
                .iter()
                .any(|flow| (last(&flow.source) < last(&flow.destination)) == upwards && flow.bytes > 0)
        );
    }
}

#[test]
fn the_site_and_azure_open_flows_to_each_other() {
    let scenario = &demo().truth.scenarios.as_ref().expect("all of it").scenario4;
    for pair in [scenario.overall, scenario.last_24_hours, scenario.last_24_hours_by_flow_start] {
        for side in [pair.onprem_to_azure, pair.azure_to_onprem] {
            assert!(side.bytes_src_to_dest > 0 && side.bytes_dest_to_src > 0);
        }
    }
    assert!(
        scenario.overall.onprem_to_azure.bytes_dest_to_src
            > scenario.last_24_hours.onprem_to_azure.bytes_dest_to_src
    );
}
