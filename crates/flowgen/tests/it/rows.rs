//! The truth about every row, read back.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use weir_flowgen::LogFormat;

use crate::read::{generate, hours};

pub fn batches(root: &Path) -> Vec<RecordBatch> {
    let file = File::open(root.join("truth-rows.parquet")).expect("truth about rows");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet");
    reader.build().expect("it can be read").map(|batch| batch.expect("a batch")).collect()
}

pub fn text<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> &'a str {
    let column = batch.column_by_name(column).unwrap_or_else(|| panic!("no {column}"));
    let words = column.as_dictionary::<Int32Type>();
    let word = words.keys().value(row);
    words.values().as_string::<i32>().value(word as usize)
}

#[test]
fn every_row_is_there_once_with_its_sums() {
    for format in [LogFormat::VnetV4, LogFormat::NsgV2, LogFormat::NsgV1, LogFormat::Mixed, LogFormat::Both] {
        let (folder, truth) = generate(&hours(3, format));
        let (mut rows, mut bytes, mut keys) = (0, [0; 2], HashSet::new());
        for batch in batches(folder.path()) {
            rows += batch.num_rows() as u64;
            for (sum, name) in bytes.iter_mut().zip(["BytesSrcToDest", "BytesDestToSrc"]) {
                let column = batch.column_by_name(name).expect(name).as_primitive::<Int64Type>();
                *sum += column.values().iter().sum::<i64>();
            }
            let port = batch.column_by_name("DestPort").expect("a port").as_primitive::<Int32Type>();
            let interval = batch.column_by_name("FlowIntervalStartTime").expect("an interval");
            let interval = interval.as_primitive::<TimestampMicrosecondType>();
            for row in 0..batch.num_rows() {
                let key = [
                    "FlowLogResourceId",
                    "TargetResourceId",
                    "MacAddress",
                    "SrcIp",
                    "DestIp",
                    "L4Protocol",
                    "AclRule",
                    "FlowDirection",
                    "FlowStatus",
                    "FlowEncryption",
                ]
                .map(|column| text(&batch, column, row).to_owned());
                let key = (interval.value(row), port.value(row), key);
                assert!(keys.insert(key.clone()), "twice: {key:?}");
            }
        }
        assert_eq!(rows, truth.totals.rows_60_minutes, "{format:?}");
        let [sent, received] = bytes.map(|sum| sum as u64);
        assert_eq!((sent, received), (truth.totals.bytes_src_to_dest, truth.totals.bytes_dest_to_src));
    }
}

#[test]
fn the_cases_are_there() {
    let (folder, _) = generate(&hours(30, LogFormat::VnetV4));
    let batches = batches(folder.path());
    let any = |wanted: &[(&str, &str)]| {
        batches.iter().any(|batch| {
            (0..batch.num_rows())
                .any(|row| wanted.iter().all(|(column, word)| text(batch, column, row) == *word))
        })
    };
    let in_production = |name: &str| format!("5f1c0a2e-7b34-4d19-9c86-3e0d52a7b641/{name}");
    let (hub, payments, pages) = (
        "c47d9e15-02ab-4f6e-b3d8-6a91f0c25e73/rg-hub/vnet-hub-weu",
        in_production("rg-pay/lbi-pay"),
        in_production("flowlogs/lbe-web"),
    );
    let guarded = "/subscriptions/c47d9e15-02ab-4f6e-b3d8-6a91f0c25e73/resourcegroups/rg-hub/providers/\
                   microsoft.network/networkmanagers/nm-tillermoor/networkgroups/ng-production";
    let expected = [
        // Over the hub, seen by the source, by the appliance and by the backend.
        vec![
            ("SrcIp", "10.1.1.4"),
            ("DestIp", "10.11.1.20"),
            ("FlowType", "InterVNet"),
            ("ConnectionType", "VNetPeering"),
            ("ConnectingVnets", hub),
            ("DestLoadBalancer", &payments),
            ("DestSubnet", "rg-pay/vnet-spoke-pay/snet-pay"),
            ("DestNic", ""),
        ],
        vec![
            ("SrcIp", "10.1.1.4"),
            ("DestIp", "10.11.1.4"),
            ("FlowDirection", "Inbound"),
            ("DestVm", "rg-pay/vm-pay-01"),
        ],
        // Two networks with the same addresses.
        vec![("SrcIp", "10.50.0.4"), ("SrcVm", "rg-acquired-a/vm-till-01"), ("FlowType", "IntraVNet")],
        vec![("SrcIp", "10.50.0.4"), ("SrcVm", "rg-acquired-b/vm-stock-01"), ("FlowType", "IntraVNet")],
        vec![("DestIp", "10.50.0.4"), ("FlowType", "UnknownPrivate"), ("DestVm", "")],
        // An instance of a scale set, a private endpoint, pods.
        vec![("DestVm", "rg-pay/vmss-render_2"), ("DestNic", "rg-pay/nic-render")],
        vec![
            ("PrivateEndpointResourceId", "rg-pay/pe-receipts-blob"),
            ("PrivateLinkResourceId", "rg-pay/storageaccounts/sttillermoorreceipts"),
            ("PrivateLinkResourceName", "sttillermoorreceipts"),
        ],
        vec![("FlowType", "Unknown"), ("L4Protocol", "UDP"), ("SrcVm", ""), ("DestVm", "")],
        vec![("DestSubnet", "rg-aks/vnet-spoke-aks/snet-pods"), ("FlowType", "InterVNet")],
        // Six.
        vec![
            ("SrcIp", "fd4c:7a1e:9b02:16::4"),
            ("DestIp", "fd4c:7a1e:9b02:16::5"),
            ("FlowType", "IntraVNet"),
        ],
        vec![
            ("DestIp", "2603:1020:206:2::1a"),
            ("FlowType", "AzurePublic"),
            ("FlowTypeByInventory", "ExternalPublic"),
        ],
        // Public addresses of the customer.
        vec![
            ("SrcIp", "20.90.134.71"),
            ("SrcVm", "rg-lab/vm-lab-01"),
            ("FlowType", "InterVNet"),
            ("ConnectionType", ""),
        ],
        vec![("DestIp", "20.73.148.40"), ("DestLoadBalancer", &pages)],
        // A denial of the network manager.
        vec![("AclGroup", guarded), ("AclRule", "denyhighriskportsfrominternet"), ("FlowStatus", "Denied")],
    ];
    for case in expected {
        assert!(any(&case), "{case:?}");
    }
}
