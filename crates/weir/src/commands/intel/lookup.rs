//! `weir intel lookup`

use std::io::BufRead;

use anyhow::Context;
use weir_answer::Columns;
use weir_decode::Address;
use weir_table::intel::FeedReader;

use super::{address, flow_type_of, lookups, micros, open, runtime};
use crate::args::{Folder, IntelLookup};
use crate::commands::show;
use crate::exit::Exit;

pub fn run(folder: &Folder, args: &IntelLookup) -> anyhow::Result<Exit> {
    let at = micros("--at", args.at.as_deref())?;
    let addresses = addresses(&args.addresses)?;
    let runtime = runtime()?;
    let mut reader = runtime.block_on(FeedReader::open(&open(folder)?))?;
    let lookups = lookups(&runtime, &mut reader, at)?;
    let facts: Vec<_> = addresses.iter().map(|address| lookups.look_up(*address)).collect();
    let text = |word| lookups.text(word);
    let threats: Vec<_> =
        facts.iter().map(|facts| facts.threat.map(|threat| lookups.threat(threat))).collect();
    let of_threat = |of: fn(&weir_intel::Threat) -> &str| threats.iter().map(move |t| t.map_or("", of));
    let columns = Columns::default()
        .text("Ip", addresses.iter().map(Address::to_string))
        .text("FlowType", addresses.iter().zip(&facts).map(|(ip, facts)| flow_type_of(*ip, facts).word()))
        .text("AzureRegion", facts.iter().map(|facts| text(facts.azure_region)))
        .text("ServiceTag", facts.iter().map(|facts| text(facts.service_tag)))
        .text("Country", facts.iter().map(|facts| text(facts.country)))
        .text("Place", facts.iter().map(|facts| text(facts.place)))
        .text("Owner", facts.iter().map(|facts| text(facts.owner)))
        .text("ThreatType", of_threat(|threat| threat.kind.word()))
        .text("ThreatDescription", of_threat(|threat| &threat.description))
        .text("DnsDomain", of_threat(|threat| &threat.dns_domain))
        .text("Url", of_threat(|threat| &threat.url))
        .long("Port", threats.iter().map(|threat| threat.and_then(|threat| threat.port).map(i64::from)))
        .text("ThreatSource", of_threat(|threat| &threat.source));
    show(columns, "weir intel lookup", args.format)?;
    Ok(Exit::Done)
}

fn addresses(named: &[String]) -> anyhow::Result<Vec<Address>> {
    if !named.is_empty() && named != ["-"] {
        return named.iter().map(|text| address(text)).collect();
    }
    let mut all = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.context("cannot read the addresses from standard input")?;
        if !line.trim().is_empty() {
            all.push(address(&line)?);
        }
    }
    Ok(all)
}
