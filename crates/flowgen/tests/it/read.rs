//! Reading generated logs the plain way.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;
use weir_flowgen::{Config, LogFormat, Truth, UnixSeconds, simulate};

/// 2026-11-22T00:00:00Z, a Sunday; the demo's week holds five working days.
pub const END: UnixSeconds = UnixSeconds(1_795_305_600);
/// 2026-11-18T15:00:00Z, a Wednesday afternoon.
pub const AFTERNOON: UnixSeconds = UnixSeconds(1_795_014_000);

/// Some busy hours with everything small.
pub fn hours(hours: u32, format: LogFormat) -> Config {
    Config { hours, format, ..Config::demo(7, AFTERNOON) }
}

/// Generates into a folder that lives as long as the result.
pub fn generate(config: &Config) -> (TempDir, Truth) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let truth = simulate(config, folder.path(), &mut |_| ()).expect("logs are generated");
    (folder, truth)
}

/// A blob with its path below the root, with slashes.
pub struct Blob {
    pub path: String,
    pub text: String,
}

/// All blobs, sorted by path.
pub fn blobs(root: &Path) -> Vec<Blob> {
    let blob = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a blob can be read");
        let below = path.strip_prefix(root).expect("it lies below the root");
        Blob { path: below.to_str().expect("ASCII").replace('\\', "/"), text }
    };
    let mut files = files(root);
    files.retain(|path| path.ends_with("PT1H.json"));
    files.iter().map(blob).collect()
}

/// All files below a folder, sorted.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[derive(Deserialize)]
pub struct Records<R> {
    pub records: Vec<R>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct VnetRecord<'a> {
    pub time: &'a str,
    pub flow_log_version: u8,
    #[serde(rename = "flowLogGUID")]
    pub flow_log_guid: &'a str,
    pub mac_address: &'a str,
    pub category: &'a str,
    #[serde(rename = "flowLogResourceID")]
    pub flow_log_resource_id: &'a str,
    #[serde(rename = "targetResourceID")]
    pub target_resource_id: &'a str,
    pub operation_name: &'a str,
    #[serde(borrow)]
    pub flow_records: FlowRecords<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowRecords<'a> {
    #[serde(borrow)]
    pub flows: Vec<VnetFlow<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct VnetFlow<'a> {
    #[serde(rename = "aclID")]
    pub acl_id: &'a str,
    #[serde(borrow)]
    pub flow_groups: Vec<FlowGroup<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FlowGroup<'a> {
    pub rule: &'a str,
    #[serde(borrow)]
    pub flow_tuples: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NsgRecord<'a> {
    pub time: &'a str,
    pub system_id: &'a str,
    pub mac_address: &'a str,
    pub category: &'a str,
    pub resource_id: &'a str,
    pub operation_name: &'a str,
    #[serde(borrow)]
    pub properties: NsgProperties<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NsgProperties<'a> {
    #[serde(rename = "Version")]
    pub version: u8,
    #[serde(borrow)]
    pub flows: Vec<NsgRule<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NsgRule<'a> {
    pub rule: &'a str,
    #[serde(borrow)]
    pub flows: Vec<NsgFlow<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NsgFlow<'a> {
    pub mac: &'a str,
    #[serde(borrow)]
    pub flow_tuples: Vec<&'a str>,
}

/// A record of either generation, with its tuples by group.
pub struct Record<'a> {
    pub time_ms: i64,
    pub time: &'a str,
    pub mac: &'a str,
    /// Flow log or network security group.
    pub log: &'a str,
    pub target: &'a str,
    /// 4, 2 or 1.
    pub version: u8,
    pub groups: Vec<Group<'a>>,
}

/// Tuples under one rule.
pub struct Group<'a> {
    pub acl: &'a str,
    pub rule: &'a str,
    pub tuples: Vec<&'a str>,
}

/// A tuple, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuple<'a> {
    pub time_ms: i64,
    pub source: &'a str,
    pub target: &'a str,
    pub source_port: u16,
    pub target_port: u16,
    pub protocol: &'a str,
    pub direction: char,
    pub denied: bool,
    /// None in NSG version 1.
    pub state: Option<char>,
    pub encryption: &'a str,
    /// Packets and bytes from source to destination, then back.
    pub counts: [u64; 4],
}

impl Blob {
    /// Whether it lies in the container of NSG flow logs.
    pub fn is_nsg(&self) -> bool {
        self.path.starts_with("insights-logs-networksecuritygroupflowevent/")
    }

    pub fn records(&self) -> Vec<Record<'_>> {
        if self.is_nsg() {
            let parsed: Records<NsgRecord<'_>> = serde_json::from_str(&self.text).expect(&self.path);
            return parsed.records.into_iter().map(nsg_record).collect();
        }
        let parsed: Records<VnetRecord<'_>> = serde_json::from_str(&self.text).expect(&self.path);
        parsed.records.into_iter().map(vnet_record).collect()
    }
}

fn vnet_record(record: VnetRecord<'_>) -> Record<'_> {
    assert_eq!((record.category, record.operation_name), ("FlowLogFlowEvent", "FlowLogFlowEvent"));
    assert_eq!(record.flow_log_guid.len(), 36);
    let mut groups = Vec::new();
    for flow in record.flow_records.flows {
        for group in flow.flow_groups {
            groups.push(Group { acl: flow.acl_id, rule: group.rule, tuples: group.flow_tuples });
        }
    }
    Record {
        time_ms: unix_ms(record.time),
        time: record.time,
        mac: record.mac_address,
        log: record.flow_log_resource_id,
        target: record.target_resource_id,
        version: record.flow_log_version,
        groups,
    }
}

fn nsg_record(record: NsgRecord<'_>) -> Record<'_> {
    assert_eq!(record.category, "NetworkSecurityGroupFlowEvent");
    assert_eq!(record.operation_name, "NetworkSecurityGroupFlowEvents");
    assert_eq!(record.system_id.len(), 36);
    let groups = record.properties.flows.into_iter().map(|rule| {
        assert_eq!(rule.flows.len(), 1);
        assert_eq!(rule.flows[0].mac, record.mac_address);
        let tuples = rule.flows.into_iter().flat_map(|flow| flow.flow_tuples).collect();
        Group { acl: record.resource_id, rule: rule.rule, tuples }
    });
    Record {
        time_ms: unix_ms(record.time),
        time: record.time,
        mac: record.mac_address,
        log: record.resource_id,
        target: "",
        version: record.properties.version,
        groups: groups.collect(),
    }
}

/// Takes a tuple of a record's version apart; every form is checked to the letter.
pub fn tuple(text: &str, version: u8) -> Tuple<'_> {
    let fields: Vec<&str> = text.split(',').collect();
    assert_eq!(fields.len(), if version == 1 { 8 } else { 13 }, "{text}");
    let number =
        |place: usize| fields[place].parse::<u64>().unwrap_or_else(|_| panic!("field {place} of {text}"));
    let counts = || [number(9), number(10), number(11), number(12)];
    let time = number(0) as i64;
    let common = Tuple {
        time_ms: if version == 4 { time } else { time * 1_000 },
        source: fields[1],
        target: fields[2],
        source_port: fields[3].parse().expect(text),
        target_port: fields[4].parse().expect(text),
        protocol: match fields[5] {
            "6" | "T" => "TCP",
            "17" | "U" => "UDP",
            other => panic!("protocol {other}"),
        },
        direction: fields[6].chars().next().expect(text),
        denied: fields[7] == "D",
        state: None,
        encryption: "",
        counts: [0; 4],
    };
    assert_eq!(fields[0].len(), if version == 4 { 13 } else { 10 }, "{text}");
    match version {
        4 => {
            let state = fields[7].chars().next().filter(|state| "BCED".contains(*state)).expect(text);
            Tuple { state: Some(state), encryption: fields[8], counts: counts(), ..common }
        }
        2 => {
            let state = fields[8].chars().next().filter(|state| "BCE".contains(*state)).expect(text);
            assert!(matches!(fields[7], "A" | "D"), "{text}");
            let counts = if state == 'B' {
                assert_eq!(fields[9..], ["", "", "", ""], "{text}");
                [0; 4]
            } else {
                counts()
            };
            Tuple { state: Some(if common.denied { 'D' } else { state }), counts, ..common }
        }
        _ => common,
    }
}

/// Milliseconds of `2026-11-15T09:03:27.1234567Z`.
pub fn unix_ms(text: &str) -> i64 {
    assert_eq!(text.len(), 28, "{text}");
    let ticks = weir_value::datetime::parse(text).expect(text);
    (ticks - weir_value::datetime::UNIX_EPOCH) / 10_000
}
