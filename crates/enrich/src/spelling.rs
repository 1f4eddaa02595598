//! How the tables spell what the logs say.

use weir_decode::{Decision, Direction};

/// `TCP`, `UDP` and the like; the number where a protocol has no usual name.
pub fn l4_protocol(protocol: u8) -> std::borrow::Cow<'static, str> {
    match protocol {
        6 => "TCP".into(),
        17 => "UDP".into(),
        1 => "ICMP".into(),
        58 => "ICMPv6".into(),
        number => number.to_string().into(),
    }
}

/// The word of `FlowDirection`.
pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
    }
}

/// The word of `FlowStatus` and `Action`.
pub fn status(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allowed",
        Decision::Denied => "Denied",
    }
}

/// Twelve hex digits as pairs joined by hyphens; other text as it is.
pub fn mac_address(mac: &str) -> String {
    if mac.len() != 12 || !mac.bytes().all(|b| b.is_ascii_hexdigit()) {
        return mac.to_owned();
    }
    let mut pairs = String::with_capacity(17);
    for (i, digit) in mac.char_indices() {
        if i > 0 && i % 2 == 0 {
            pairs.push('-');
        }
        pairs.push(digit);
    }
    pairs
}

/// The parts of an Azure resource id that tell one resource from another.
///
/// `/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v/subnets/n` is of type
/// `virtualnetworks/subnets` and is called `v/n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceId<'a> {
    /// The subscription.
    pub subscription: &'a str,
    /// The resource group.
    pub resource_group: &'a str,
    /// Type segments, from the outermost.
    pub types: Vec<&'a str>,
    /// Name segments, from the outermost.
    pub names: Vec<&'a str>,
}

impl<'a> ResourceId<'a> {
    /// Takes a lower-case id apart; nothing when it has not the form of one.
    pub fn parse(id: &'a str) -> Option<Self> {
        let mut segments = id.split('/');
        let mut word = |expected: &str| -> Option<()> { (segments.next()? == expected).then_some(()) };
        word("")?;
        word("subscriptions")?;
        let subscription = segments.next()?;
        (segments.next()? == "resourcegroups").then_some(())?;
        let resource_group = segments.next()?;
        (segments.next()? == "providers").then_some(())?;
        segments.next()?;
        let rest: Vec<&str> = segments.collect();
        let pairs = rest.chunks_exact(2);
        if rest.is_empty() || !pairs.remainder().is_empty() {
            return None;
        }
        let (types, names) = pairs.map(|pair| (pair[0], pair[1])).unzip();
        Some(ResourceId { subscription, resource_group, types, names })
    }

    /// `subscription/group/name`, as the tables write most resources.
    pub fn short(&self) -> String {
        format!("{}/{}/{}", self.subscription, self.resource_group, self.names.join("/"))
    }

    /// The word of `TargetResourceType`.
    pub fn type_word(&self) -> &'a str {
        match self.types.last() {
            Some(&"virtualnetworks") => "VirtualNetwork",
            Some(&"subnets") => "Subnet",
            Some(&"networkinterfaces") => "NetworkInterface",
            Some(&"networksecuritygroups") => "NetworkSecurityGroup",
            Some(other) => other,
            None => "",
        }
    }
}

/// `subscription/group/name` of a lower-case resource id; text that is none as it is.
pub fn short_resource_id(id: &str) -> String {
    ResourceId::parse(id).map_or_else(|| id.to_owned(), |parsed| parsed.short())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_ids_are_shortened() {
        for (id, short, word) in [
            (
                "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v",
                "s/g/v",
                "VirtualNetwork",
            ),
            (
                "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v/subnets/n",
                "s/g/v/n",
                "Subnet",
            ),
            (
                "/subscriptions/s/resourcegroups/g/providers/microsoft.network/networkwatchers/networkwatcher_eastus/flowlogs/f",
                "s/g/networkwatcher_eastus/f",
                "flowlogs",
            ),
        ] {
            assert_eq!(short_resource_id(id), short);
            assert_eq!(ResourceId::parse(id).unwrap().type_word(), word);
        }
        for id in ["", "vnet", "/subscriptions/s", "/subscriptions/s/resourcegroups/g/providers/p/t", "a/b/c"]
        {
            assert_eq!(short_resource_id(id), id);
        }
    }

    #[test]
    fn interfaces_have_hyphens() {
        assert_eq!(mac_address("000D3A1B2C3D"), "00-0D-3A-1B-2C-3D");
        assert_eq!(mac_address("nic"), "nic");
    }
}
