//! What is folded can be unfolded, and folded otherwise, to the same rows as if it had always been so.

use weir_table::{FoldPublic, NewWorkspace};
use weir_topology::Snapshot;

use crate::decorated::{Rows, company, counters, lists_add_up, rows, rows_of, unfolded};
use crate::workspace::Data;

fn folding(fold_public: FoldPublic, fold_denied_scans: bool) -> NewWorkspace {
    NewWorkspace {
        fold_public: Some(fold_public),
        fold_denied_scans: Some(fold_denied_scans),
        ..NewWorkspace::default()
    }
}

/// Everything that decoration writes.
fn everything(data: &Data) -> [Rows; 3] {
    ["NTANetAnalytics", "WeirPublicIps", "NTAIpDetails"].map(|table| rows_of(data, table))
}

#[test]
fn a_folder_that_folds_otherwise_is_brought_in_line() {
    let (_folder, blobs, inventory) = company();
    let snapshot = Snapshot { taken_micros: 0, inventory };
    let ways = [
        (FoldPublic::None, false),
        (FoldPublic::Region, false),
        (FoldPublic::Region, true),
        (FoldPublic::None, true),
    ];
    let made = ways.map(|(public, scans)| {
        let data = Data::new();
        data.ingest_folding(&[], folding(public, scans));
        data.store(&snapshot);
        let summary = data.ingest(&blobs);
        (everything(&data), summary)
    });
    let plain = made[0].0.clone();
    assert!(plain[1].is_empty() && plain[0].iter().all(|row| !row["SrcIp"].is_empty()));
    let changing = Data::new();
    changing.ingest_folding(&[], folding(FoldPublic::Region, false));
    changing.store(&snapshot);
    changing.ingest(&blobs);
    for way in [1, 0, 2, 3, 1, 2, 0] {
        let (public, scans) = ways[way];
        changing.ingest_folding(&[], folding(public, scans));
        changing.redecorate();
        let ([expected, details, ips], summary) = &made[way];
        let [now, now_details, now_ips] = everything(&changing);
        assert_eq!(&now, expected, "{public:?} {scans}");
        assert_eq!((&now_details, &now_ips), (details, ips), "{public:?} {scans}");
        assert_eq!(counters(&now), counters(&plain[0]));
        assert_eq!(counters(&unfolded(&changing)), counters(&plain[0]));
        assert_eq!(summary.rows, now.len() as u64);
        if !scans {
            lists_add_up(&now);
        }
        assert_eq!(changing.redecorate().days_changed, 0);
    }
}

#[test]
fn a_list_that_is_cut_short_loses_nothing() {
    let (_folder, blobs, inventory) = company();
    let snapshot = Snapshot { taken_micros: 0, inventory };
    let (short, long) = (Data::new(), Data::new());
    for (data, public_ips_max) in [(&short, 1), (&long, 500)] {
        data.ingest_folding(
            &[],
            NewWorkspace { public_ips_max: Some(public_ips_max), ..NewWorkspace::default() },
        );
        data.store(&snapshot);
        data.ingest(&blobs);
    }
    let entries = |row: &std::collections::BTreeMap<String, String>| {
        format!("{}{}", row["SrcPublicIps"], row["DestPublicIps"]).split_whitespace().count()
    };
    assert!(rows(&long).iter().any(|row| entries(row) > 1));
    assert!(rows(&short).iter().all(|row| entries(row) <= 1));
    assert_eq!(counters(&rows(&short)), counters(&rows(&long)));
    assert_eq!(rows_of(&short, "WeirPublicIps"), rows_of(&long, "WeirPublicIps"));
}

#[test]
fn scans_are_a_row_for_each_target() {
    let (_folder, blobs, inventory) = company();
    let data = Data::new();
    data.ingest_folding(&[], folding(FoldPublic::Region, true));
    data.store(&Snapshot { taken_micros: 0, inventory });
    let summary = data.ingest(&blobs);
    let all = rows(&data);
    let scans: Vec<_> = all.iter().filter(|row| !row["Description"].is_empty()).collect();
    assert_eq!(scans.len() as u64, summary.folding.scan_rows);
    assert_eq!(summary.folding.scan_rows, summary.folding.scan_groups);
    for row in &scans {
        assert_eq!((row["DestPort"].as_str(), row["FlowStatus"].as_str()), ("null", "Denied"));
        let told: Vec<u64> = row["Description"].split(' ').filter_map(|word| word.parse().ok()).collect();
        let [sources, ports] = told[..] else { panic!("{row:?}") };
        assert!(sources > 0 && ports > 0);
        assert_eq!(row["SrcPublicIps"].split(' ').count() as u64, sources.min(500));
    }
}
