use weir_value::datetime;

/// The UTC hour that a blob's path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobHour {
    /// Day, counted from 1970-01-01.
    pub day: i32,
    /// 0 to 23.
    pub hour: u8,
}

impl BlobHour {
    /// Reads `…/y=2026/m=08/d=13/h=21/m=00/macAddress=…/PT1H.json` from its end.
    ///
    /// Whatever stands before is of no matter: containers and folders are renamed when they are copied.
    pub fn from_path(path: &str) -> Option<BlobHour> {
        let parts: Vec<&str> = path.split(['/', '\\']).collect();
        // The last year that is followed by month, day and hour.
        parts.windows(4).rev().find_map(|window| {
            let number = |part: &str, key: &str| part.strip_prefix(key)?.parse::<u32>().ok();
            let [year, month, day, hour] = window else { return None };
            let (year, month) = (number(year, "y=")?, number(month, "m=")?);
            let (day, hour) = (number(day, "d=")?, number(hour, "h=")?);
            let ticks = datetime::from_civil(i32::try_from(year).ok()?, month, day, 0)?;
            let days = (ticks - datetime::UNIX_EPOCH) / weir_value::timespan::TICKS_PER_DAY;
            (hour < 24).then_some(BlobHour { day: i32::try_from(days).ok()?, hour: hour as u8 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::BlobHour;

    #[test]
    fn the_hour_is_read_from_the_end_of_every_layout() {
        let hour = Some(BlobHour { day: 20_678, hour: 21 });
        for prefix in [
            "insights-logs-flowlogflowevent/flowLogResourceID=/SUB_NETWORKWATCHERRG/NETWORKWATCHER_EASTUS_LOG",
            "copy/flowLogResourceID=/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/W/FLOWLOGS/F",
            "resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N",
            "y=2020/m=01/d=01/h=00",
            "",
        ] {
            let path = format!("{prefix}/y=2026/m=08/d=13/h=21/m=00/macAddress=000D3A1B2C3D/PT1H.json");
            assert_eq!(BlobHour::from_path(&path), hour, "{path}");
        }
        assert_eq!(BlobHour::from_path(r"C:\logs\y=2026\m=08\d=13\h=21\m=00\PT1H.json.gz"), hour);
        for path in ["PT1H.json", "y=2026/m=13/d=13/h=21/x", "y=2026/m=08/d=13/h=24/x", "y=2026/m=08/h=21/x"]
        {
            assert_eq!(BlobHour::from_path(path), None, "{path}");
        }
    }
}
