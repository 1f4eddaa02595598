//! Records made for a purpose.

/// A VNet record of a minute with one tuple of a hundred bytes.
pub fn record(minute: usize) -> String {
    vnet(minute, "000D3A1B2C3D", 4)
}

/// A record of an interface in a version of flow logs.
pub fn vnet(minute: usize, mac: &str, version: u32) -> String {
    format!(
        r#"{{"time":"2026-08-13T21:{minute:02}:09.1234567Z","flowLogVersion":{version},"macAddress":"{mac}","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/FLOWLOGS/L","targetResourceID":"/subscriptions/s/v","operationName":"FlowLogFlowEvent","flowRecords":{{"flows":[{{"aclID":"/s/nsg","flowGroups":[{{"rule":"UserRule_a","flowTuples":["178665480{}000,10.0.0.1,10.0.0.2,4000,{},6,O,E,NX,1,100,2,200"]}}]}}]}}}}"#,
        minute % 10,
        400 + minute
    )
}

/// An NSG record that tells its interface only in its flows; without traffic it does not tell it.
pub fn nsg(minute: usize, mac: Option<&str>) -> String {
    let flows = mac.map_or_else(String::new, |mac| {
        format!(
            r#"{{"rule":"UserRule_a","flows":[{{"mac":"{mac}","flowTuples":["1786654805,10.0.0.1,10.0.0.2,40,44,T,O,A,E,1,100,2,200"]}}]}}"#
        )
    });
    format!(
        r#"{{"time":"2026-08-13T21:{minute:02}:09Z","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/S/NETWORKSECURITYGROUPS/N","properties":{{"Version":2,"flows":[{flows}]}}}}"#
    )
}

/// Records as Azure joins them.
pub fn blob(records: &[String]) -> String {
    format!(r#"{{"records":[{}]}}"#, records.join(","))
}

/// The first records of one hour.
pub fn state(records: usize) -> String {
    blob(&(0..records).map(record).collect::<Vec<_>>())
}

/// Where a blob of that hour lies.
pub fn hour_path(day: u32, mac: &str) -> String {
    format!("logs/y=2026/m=08/d={day:02}/h=21/m=00/macAddress={mac}/PT1H.json")
}
