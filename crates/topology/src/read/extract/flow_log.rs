//! Settings of flow logs.

use crate::FlowLog;
use crate::read::parts::{Notes, Parts, Resource};
use crate::read::value::*;

pub(super) fn flow_log(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let body = &resource.body;
    let analytics = dig(body, &["flowanalyticsconfiguration", "networkwatcherflowanalyticsconfiguration"]);
    let analytics = analytics.filter(|analytics| truth(analytics, "enabled") == Some(true));
    let log = FlowLog {
        header: resource.header(),
        target: id(body, "targetresourceid"),
        storage: id(body, "storageid"),
        enabled: truth(body, "enabled").unwrap_or(false),
        version: get(body, "format").and_then(|format| whole32(format, "version")).unwrap_or(0),
        // An hour is what Azure takes where nothing is said.
        analytics_interval_minutes: analytics
            .map_or(0, |analytics| whole32(analytics, "trafficanalyticsinterval").unwrap_or(60)),
    };
    super::add(&mut parts.flow_logs, resource, file, log, notes);
}
