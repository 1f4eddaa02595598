//! The truth about every row: `truth-rows.parquet`.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::decoration::{Client, Decoration, decoration};
use super::ends::{SideWords, short};
use super::key::{RowKey, unpack};
use crate::blob::{Generation, Layout};
use crate::clock::HOUR_MS;
use crate::model::address::unpacked;
use crate::model::links::Side;
use crate::model::talk::{Protocol, Rule};
use crate::model::whereabouts;
use crate::traffic::{Counts, Plan};

/// Name of the file below the root.
pub(crate) const ROWS_FILE: &str = "truth-rows.parquet";
const ROWS_PER_BATCH: usize = 20_000;

/// The rows of a blob.
pub(crate) struct BlobRows {
    pub(super) nic: usize,
    pub(super) hour: i64,
    pub(super) layout: Layout,
    pub(super) rows: Vec<Row>,
}

/// A row of 60 minutes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// As [`super::key`] packs it.
    pub(super) key: u128,
    /// Position in the NIC's views.
    pub(super) view: u16,
    pub(super) counts: Counts,
}

/// Writes rows in the order of the blobs, whatever the order they come in.
pub(crate) struct RowsWriter<'a> {
    plan: &'a Plan,
    writer: ArrowWriter<File>,
    /// What waits for something before it, by number.
    waiting: BTreeMap<u64, Vec<BlobRows>>,
    /// The number that comes next.
    next: u64,
    step: u64,
    columns: Columns,
    /// By link and side.
    decorations: HashMap<(usize, Side), Decoration>,
}

impl<'a> RowsWriter<'a> {
    /// Numbers of what will come grow by `step`.
    pub(crate) fn new(plan: &'a Plan, root: &Path, step: u64) -> Result<Self, ParquetError> {
        let columns = Columns::default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("weir simulate".to_owned())
            .build();
        let schema = columns.empty_batch()?.schema();
        let writer = ArrowWriter::try_new(File::create(root.join(ROWS_FILE))?, schema, Some(properties))?;
        Ok(RowsWriter {
            plan,
            writer,
            waiting: BTreeMap::new(),
            next: 0,
            step,
            columns,
            decorations: HashMap::new(),
        })
    }

    /// Takes the rows of some blobs in.
    pub(crate) fn take(&mut self, number: u64, blobs: Vec<BlobRows>) -> Result<(), ParquetError> {
        self.waiting.insert(number, blobs);
        while let Some(blobs) = self.waiting.remove(&self.next) {
            self.next += self.step;
            for blob in &blobs {
                self.blob(blob)?;
            }
        }
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> Result<(), ParquetError> {
        debug_assert!(self.waiting.is_empty(), "blobs that nothing came before");
        self.flush()?;
        self.writer.close().map(drop)
    }

    fn blob(&mut self, blob: &BlobRows) -> Result<(), ParquetError> {
        let plan = self.plan;
        let views = &plan.nics[blob.nic];
        let words = BlobWords::of(plan, blob);
        let mut rows = blob.rows.iter().peekable();
        while let Some(row) = rows.next() {
            let view = &views.views[usize::from(row.view)];
            let place = (view.link, view.side);
            let link = &plan.links[view.link];
            let decorated = self
                .decorations
                .entry(place)
                .or_insert_with(|| decoration(&plan.company, link, view.side))
                .clone();
            let mut counts = row.counts;
            // Conversations that say the same of themselves share a row.
            while let Some(other) = rows.next_if(|other| other.key == row.key) {
                counts += other.counts;
                let view = &views.views[usize::from(other.view)];
                let link = &plan.links[view.link];
                debug_assert_eq!(decorated, decoration(&plan.company, link, view.side), "{}", link.talk.name);
            }
            let key = unpack(row.key);
            self.columns.add(&words, &key, views.rules[usize::from(key.rule)], &decorated, counts);
            if self.columns.rows() >= ROWS_PER_BATCH {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let batch = std::mem::take(&mut self.columns).batch()?;
        self.writer.write(&batch)
    }
}

/// What all rows of a blob have in common.
struct BlobWords {
    interval_start_micros: i64,
    flow_log: String,
    target: String,
    mac: String,
    nsg: String,
    network_group: String,
}

impl BlobWords {
    fn of(plan: &Plan, blob: &BlobRows) -> Self {
        let company = &plan.company;
        let nic = &company.nics[blob.nic];
        let vnet = &company.vnets[nic.vnet];
        let nsg = vnet.subnets[nic.subnet].nsg.as_ref();
        let nsg = nsg.map(|nsg| company.network_id(nic.vnet, "networkSecurityGroups", &nsg.name));
        let nsg = nsg.unwrap_or_default().to_lowercase();
        let (flow_log, target) = match blob.layout.generation {
            Generation::Vnet => (
                short(&company.flow_log_id(nic.vnet, &vnet.flow_log.name)),
                short(&company.network_id(nic.vnet, "virtualNetworks", &vnet.name)),
            ),
            Generation::Nsg { .. } => (String::new(), short(&nsg)),
        };
        let pairs: Vec<&str> = (0..nic.mac.len() / 2).map(|pair| &nic.mac[2 * pair..2 * pair + 2]).collect();
        BlobWords {
            interval_start_micros: blob.hour * HOUR_MS * 1_000,
            flow_log,
            target,
            mac: pairs.join("-"),
            nsg,
            network_group: company.guarding_group_id(nic).to_lowercase(),
        }
    }
}

type Words = StringDictionaryBuilder<Int32Type>;

/// Columns under construction, in the order of the file.
#[derive(Default)]
struct Columns {
    interval_start: Vec<i64>,
    destination_port: Vec<i32>,
    captured_at_hop: Vec<bool>,
    counts: [Vec<i64>; 4],
    /// By position in [`TEXTS`].
    texts: Vec<Words>,
}

/// Columns of text.
const KEY_TEXTS: [&str; 10] = [
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
];
const DECORATION_TEXTS: [&str; 12] = [
    "FlowType",
    "FlowTypeByInventory",
    "AclGroup",
    "ConnectionType",
    "ConnectionName",
    "ConnectingVnets",
    "ExpressRouteCircuitPeeringType",
    "PrivateEndpointResourceId",
    "PrivateLinkResourceId",
    "PrivateLinkResourceName",
    "Country",
    "AzureRegion",
];
const SIDE_TEXTS: [&str; 11] = [
    "Subscription",
    "Region",
    "Nic",
    "Vm",
    "Subnet",
    "ApplicationGateway",
    "LoadBalancer",
    "LocalNetworkGateway",
    "ExpressRouteCircuit",
    "NetworkGroups",
    "TenantId",
];
const COUNTERS: [&str; 4] = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"];

fn side_texts(side: &SideWords) -> [&str; SIDE_TEXTS.len()] {
    [
        &side.subscription,
        &side.region,
        &side.nic,
        &side.vm,
        &side.subnet,
        &side.application_gateway,
        &side.load_balancer,
        &side.local_network_gateway,
        &side.express_route_circuit,
        &side.network_groups,
        &side.tenant_id,
    ]
}

impl Columns {
    fn rows(&self) -> usize {
        self.interval_start.len()
    }

    fn add(&mut self, blob: &BlobWords, key: &RowKey, rule: Rule, said: &Decoration, counts: Counts) {
        self.interval_start.push(blob.interval_start_micros);
        self.destination_port.push(key.target_port.into());
        self.captured_at_hop.push(said.captured_at_hop);
        let counts = [counts.sent_packets, counts.sent_bytes, counts.received_packets, counts.received_bytes];
        for (column, count) in self.counts.iter_mut().zip(counts) {
            column.push(count as i64);
        }
        let (source, target) = (unpacked(key.source).to_string(), unpacked(key.target).to_string());
        let (acl, rule) = match rule {
            Rule::Default(name) | Rule::User(name) => (blob.nsg.as_str(), name),
            Rule::Admin(name) => (blob.network_group.as_str(), name),
            Rule::Platform => ("Unspecified", "PlatformRule"),
            Rule::Unevaluated => ("Unspecified", "unspecified"),
        };
        let connection = match said.client {
            Some(Client::Source) => format!("{}_{source}", said.link.connection_name),
            Some(Client::Target) => format!("{}_{target}", said.link.connection_name),
            None => said.link.connection_name.clone(),
        };
        let rule = rule.to_lowercase();
        // The side that is a machine's is in no table of places.
        let (mut country, mut azure_region) = (String::new(), "");
        for address in [key.source, key.target] {
            match said.flow_type {
                "ExternalPublic" | "MaliciousFlow" => country.push_str(&whereabouts::country(address)),
                "AzurePublic" if azure_region.is_empty() => azure_region = whereabouts::azure_region(address),
                _ => {}
            }
        }
        let key_texts: [&str; KEY_TEXTS.len()] = [
            &blob.flow_log,
            &blob.target,
            &blob.mac,
            &source,
            &target,
            if key.protocol == Protocol::Tcp { "TCP" } else { "UDP" },
            &rule,
            if key.inbound { "Inbound" } else { "Outbound" },
            if key.denied { "Denied" } else { "Allowed" },
            key.encryption.map_or("", |encryption| encryption.word()),
        ];
        let decoration_texts: [&str; DECORATION_TEXTS.len()] = [
            said.flow_type,
            said.flow_type_by_inventory,
            acl,
            said.link.connection_type,
            &connection,
            &said.link.connecting_vnets,
            said.link.peering_type,
            &said.private_link.endpoint_id,
            &said.private_link.resource_id,
            &said.private_link.resource_name,
            &country,
            azure_region,
        ];
        let sides = side_texts(&said.source).into_iter().chain(side_texts(&said.target));
        let texts = key_texts.into_iter().chain(decoration_texts).chain(sides);
        self.texts.resize_with(KEY_TEXTS.len() + DECORATION_TEXTS.len() + 2 * SIDE_TEXTS.len(), Words::new);
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_value(text);
        }
    }

    fn empty_batch(&self) -> Result<RecordBatch, ParquetError> {
        Columns::default().batch()
    }

    fn batch(mut self) -> Result<RecordBatch, ParquetError> {
        self.texts.resize_with(KEY_TEXTS.len() + DECORATION_TEXTS.len() + 2 * SIDE_TEXTS.len(), Words::new);
        let interval = TimestampMicrosecondArray::from(self.interval_start).with_timezone("UTC");
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("FlowIntervalStartTime".to_owned(), Arc::new(interval)),
            ("DestPort".to_owned(), Arc::new(Int32Array::from(self.destination_port))),
            ("IsFlowCapturedAtUdrHop".to_owned(), Arc::new(BooleanArray::from(self.captured_at_hop))),
        ];
        for (name, counts) in COUNTERS.iter().zip(self.counts) {
            columns.push(((*name).to_owned(), Arc::new(Int64Array::from(counts))));
        }
        let plain = KEY_TEXTS.iter().chain(&DECORATION_TEXTS).map(|name| (*name).to_owned());
        let of_side = |side: &'static str| SIDE_TEXTS.iter().map(move |name| format!("{side}{name}"));
        let names = plain.chain(of_side("Src")).chain(of_side("Dest"));
        for (name, mut text) in names.zip(self.texts) {
            columns.push((name, Arc::new(text.finish())));
        }
        Ok(RecordBatch::try_from_iter(columns)?)
    }
}
