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

    /// `subscription/group/name`, as the tables write gateways, circuits, flow logs and targets.
    pub fn short(&self) -> String {
        format!("{}/{}/{}", self.subscription, self.resource_group, self.names.join("/"))
    }

    /// `group/name`, as the tables write interfaces, machines and subnets.
    pub fn relative(&self) -> String {
        format!("{}/{}", self.resource_group, self.names.join("/"))
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
        for (id, short, relative, word) in [
            (
                "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v",
                "s/g/v",
                "g/v",
                "VirtualNetwork",
            ),
            (
                "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/v/subnets/n",
                "s/g/v/n",
                "g/v/n",
                "Subnet",
            ),
            (
                "/subscriptions/s/resourcegroups/g/providers/microsoft.network/networkwatchers/networkwatcher_eastus/flowlogs/f",
                "s/g/networkwatcher_eastus/f",
                "g/networkwatcher_eastus/f",
                "flowlogs",
            ),
        ] {
            assert_eq!(short_resource_id(id), short);
            let parsed = ResourceId::parse(id).expect("an id");
            assert_eq!((parsed.relative().as_str(), parsed.type_word()), (relative, word));
        }
        for id in ["", "vnet", "/subscriptions/s", "/subscriptions/s/resourcegroups/g/providers/p/t", "a/b/c"]
        {
            assert_eq!(short_resource_id(id), id);
        }
    }
}
