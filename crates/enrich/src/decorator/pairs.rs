//! Tables as lists of their pairs, to be kept.

use std::hash::Hash;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Map;

pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
    map: &Map<K, V>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_seq(map)
}

pub fn deserialize<'d, K, V, D>(from: D) -> Result<Map<K, V>, D::Error>
where
    K: Deserialize<'d> + Eq + Hash,
    V: Deserialize<'d>,
    D: Deserializer<'d>,
{
    Ok(Vec::<(K, V)>::deserialize(from)?.into_iter().collect())
}

/// The same for tables by address, which are kept as numbers.
pub mod of_addresses {
    use weir_decode::Address;

    use super::*;

    pub fn serialize<V: Serialize, S: Serializer>(map: &Map<Address, V>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map.iter().map(|(address, value)| (address.bits(), value)))
    }

    pub fn deserialize<'d, V: Deserialize<'d>, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Map<Address, V>, D::Error> {
        let pairs = Vec::<(u128, V)>::deserialize(from)?;
        Ok(pairs.into_iter().map(|(bits, value)| (Address::from_ipv6(bits), value)).collect())
    }
}
