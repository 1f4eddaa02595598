use crate::Address;

/// One flow tuple: what happened to one flow at one network interface since its previous tuple.
///
/// Source: tuple fields of flow logs, <https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowTuple {
    /// Who opened the flow.
    pub src_ip: Address,
    /// Who was called.
    pub dest_ip: Address,
    /// Milliseconds since the Unix epoch.
    pub time_millis: i64,
    /// Packets since the previous tuple of the flow; 0 where the log leaves it blank.
    pub packets_src_to_dest: u64,
    /// Bytes since the previous tuple of the flow.
    pub bytes_src_to_dest: u64,
    /// Packets since the previous tuple of the flow.
    pub packets_dest_to_src: u64,
    /// Bytes since the previous tuple of the flow.
    pub bytes_dest_to_src: u64,
    /// Source port; 0 where the protocol has none.
    pub src_port: u16,
    /// Destination port; 0 where the protocol has none.
    pub dest_port: u16,
    /// IANA protocol number; 6 is TCP, 17 is UDP.
    pub protocol: u8,
    /// Seen from the interface.
    pub direction: Direction,
    /// Where in its life the flow is.
    pub state: State,
    /// Whether it was let through.
    pub decision: Decision,
    /// How it was encrypted.
    pub encryption: Encryption,
}

/// Direction of a flow, seen from the interface that logged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Direction {
    /// `I`
    Inbound = 0,
    /// `O`
    Outbound = 1,
}

/// Whether a flow was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Decision {
    /// `A` of NSG logs; any state but `D` of VNet logs.
    Allowed = 0,
    /// `D` of either.
    Denied = 1,
}

/// Where in its life a flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// `B`: the flow was created.
    Begin = 0,
    /// `C`: it goes on.
    Continuing = 1,
    /// `E`: it ended.
    End = 2,
    /// `D`: it was denied (VNet logs).
    Deny = 3,
    /// NSG logs of version 1 have no state: each tuple is one flow.
    Unstated = 4,
}

/// How a flow was encrypted, as VNet logs tell.
///
/// Source: <https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview#log-format>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// NSG logs do not say.
    Untold,
    /// `X`
    Encrypted,
    /// `NX`
    Unencrypted,
    /// `NX_HW_NOT_SUPPORTED`
    HardwareNotSupported,
    /// `NX_SW_NOT_READY`
    SoftwareNotReady,
    /// `NX_NOT_ACCEPTED`
    NotAccepted,
    /// `NX_NOT_SUPPORTED`
    NotSupported,
    /// `NX_LOCAL_DST`
    LocalDestination,
    /// `NX_FALLBACK`
    Fallback,
    /// A word not listed above: the n-th of [`DecodedRecord::encryption_words`](crate::DecodedRecord).
    Word(u8),
}

impl Encryption {
    /// The meaning of a word of the log, where it is a known one.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"NX" => Encryption::Unencrypted,
            b"X" => Encryption::Encrypted,
            b"NX_HW_NOT_SUPPORTED" => Encryption::HardwareNotSupported,
            b"NX_SW_NOT_READY" => Encryption::SoftwareNotReady,
            b"NX_NOT_ACCEPTED" => Encryption::NotAccepted,
            b"NX_NOT_SUPPORTED" => Encryption::NotSupported,
            b"NX_LOCAL_DST" => Encryption::LocalDestination,
            b"NX_FALLBACK" => Encryption::Fallback,
            _ => return None,
        })
    }
}
