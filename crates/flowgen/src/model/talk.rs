//! What a conversation is made of.

use super::curve::Curve;
use super::outside::Pool;
use super::resources::Role;

/// A line of the conversation table: who opens flows to whom, and how they look.
///
/// Every pair of a source and a target is a link of its own; rates are per link.
#[derive(Debug)]
pub(crate) struct Talk {
    /// Unique. The numbers drawn for a conversation hang on its name, so the table may be sorted and extended
    /// without changing what the other lines generate.
    pub(crate) name: &'static str,
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) protocol: Protocol,
    /// Destination ports with their share.
    pub(crate) ports: &'static [(u16, u32)],
    pub(crate) curve: Curve,
    pub(crate) pattern: Pattern,
    /// Rule at the source's NIC; by default what the built-in rules say.
    pub(crate) rule_out: Option<Rule>,
    /// Rule at the target's NIC; by default what the built-in rules say.
    pub(crate) rule_in: Option<Rule>,
    /// False when the target's group tracks no connections: only begins are logged there, without counters.
    pub(crate) tracked_in: bool,
    /// The appliance that forwards the flows, and logs them when they come and when they leave.
    pub(crate) hop: Option<&'static str>,
    /// Whether the machines use their IPv6 addresses.
    pub(crate) six: bool,
    /// Whether the machines use their public addresses: each sees the other's.
    pub(crate) over_internet: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Party {
    /// Every machine of these roles, within one cell.
    Roles(&'static [Role]),
    /// The pods on every machine of these roles, within one cell.
    Pods(&'static [Role]),
    /// The backends of a load balancer: the source sees the frontend, the backend itself.
    Balanced(&'static str),
    /// An address without a flow log, drawn anew for each burst of flows.
    Outside(&'static Pool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

/// A rule as flow logs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Built-in rule of the network security group.
    Default(&'static str),
    /// Rule of the customer in the network security group.
    User(&'static str),
    /// Security-admin rule of Virtual Network Manager.
    Admin(&'static str),
    /// Handled by the platform.
    Platform,
    /// Dropped before any rule, for lack of encryption.
    Unevaluated,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Pattern {
    /// Flows that begin and end within minutes.
    Exchange(Exchange),
    /// Flows that last for hours or for ever.
    Session(Session),
    /// Connection attempts nobody answers: each retransmission is a flow of its own.
    Unanswered { per_hour: u32 },
    /// Attempts a rule at the source denies.
    Refused { per_hour: u32 },
    /// Attempts from outside that rules at the target deny.
    Scan { per_hour: u32 },
    /// Transfers of a size at set times before the end of the simulated span.
    Leak(&'static [Leak]),
}

/// Short flows, opened in bursts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange {
    /// Flows per hour and link when the curve stands at 100.
    pub(crate) per_hour: u32,
    /// Mean number of flows opened together, to one address.
    pub(crate) burst: u32,
    /// Time over which a burst is spread.
    pub(crate) burst_spread_ms: u32,
    /// From begin to end.
    pub(crate) life_ms: (u32, u32),
    /// Silence before the end, part of the life.
    pub(crate) quiet_ms: (u32, u32),
    pub(crate) sent: Load,
    pub(crate) received: Load,
    /// How often the volume may double, each time in half of the cases.
    pub(crate) doublings: u32,
    /// Flows that end in the millisecond they begin.
    pub(crate) instant_percent: u8,
    /// Connections logged as begin, end, begin, end.
    pub(crate) twice_percent: u8,
    /// Fixed source port; ephemeral ones otherwise.
    pub(crate) source_port: Option<u16>,
}

/// Packets of a flow in one direction, on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) packets: (u32, u32),
    pub(crate) packet_bytes: (u32, u32),
}

/// Long connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    /// Connections at a time.
    pub(crate) connections: u32,
    /// A new one every so many hours, lasting half to three quarters of them; 0 for ever.
    pub(crate) renewed_hours: u32,
    /// Traffic of five minutes at 100 percent.
    pub(crate) sent: Load,
    pub(crate) received: Load,
}

/// A large transfer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leak {
    /// Whole UTC days before the day in which the span ends.
    pub(crate) days_before: i64,
    /// Time of that day at which it begins.
    pub(crate) minute_of_day: i64,
    pub(crate) minutes: i64,
    /// Parallel connections.
    pub(crate) connections: u32,
    /// All connections together, source to destination.
    pub(crate) bytes: u64,
}

/// A TCP conversation; the builders below change what differs from the usual.
pub(crate) const fn talk(
    name: &'static str,
    from: Party,
    to: Party,
    ports: &'static [(u16, u32)],
    curve: Curve,
    pattern: Pattern,
) -> Talk {
    Talk {
        name,
        from,
        to,
        protocol: Protocol::Tcp,
        ports,
        curve,
        pattern,
        rule_out: None,
        rule_in: None,
        tracked_in: true,
        hop: None,
        six: false,
        over_internet: false,
    }
}

impl Talk {
    pub(crate) const fn udp(self) -> Self {
        Talk { protocol: Protocol::Udp, ..self }
    }

    pub(crate) const fn rule_in(self, rule: Rule) -> Self {
        Talk { rule_in: Some(rule), ..self }
    }

    pub(crate) const fn rule_out(self, rule: Rule) -> Self {
        Talk { rule_out: Some(rule), ..self }
    }

    /// By way of an appliance, a virtual machine's name.
    pub(crate) const fn through(self, hop: &'static str) -> Self {
        Talk { hop: Some(hop), ..self }
    }

    pub(crate) const fn six(self) -> Self {
        Talk { six: true, ..self }
    }

    pub(crate) const fn over_internet(self) -> Self {
        Talk { over_internet: true, ..self }
    }

    pub(crate) const fn untracked_in(self) -> Self {
        Talk { tracked_in: false, ..self }
    }
}
