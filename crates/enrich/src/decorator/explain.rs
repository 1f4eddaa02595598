//! Why a flow is decorated as it is: every candidate, which one was taken, and why the others were not.

use weir_decode::Address;

use super::networks::Scope;
use super::outside::{OutsideKind, Reach};
use super::resolve::{Candidate, Choice, Found};
use super::{Decoration, Decorator, Ends, NetworkId, PlaceKind, SideColumn};
use crate::flow_type::{End, FlowType, PublicKind};

/// What decided, step by step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What came of it.
    pub decoration: Decoration,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is about: `capture point`, `source`, `destination`, `flow type`, `link`, `hop`, `column`.
    pub about: &'static str,
    /// What kind of thing it is: `network interface`, `subnet`.
    pub kind: &'static str,
    /// What it is called; blank where it has no name.
    pub candidate: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It decided.
    Taken,
    /// Something else went before it.
    Passed,
    /// There is nothing of its kind.
    Absent,
}

impl Outcome {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Taken => "taken",
            Outcome::Passed => "passed over",
            Outcome::Absent => "absent",
        }
    }
}

impl Decorator {
    /// Decorates a flow and tells what decided. `mac` is the interface's, as it was asked for; `public`
    /// tells whose a public address is.
    pub fn explain(&self, ends: &Ends, mac: &str, public: &dyn Fn(Address) -> PublicKind) -> Explanation {
        let mut steps = Vec::new();
        let home = self.home(ends);
        self.explain_capture(ends, mac, home, &mut steps);
        let (src, dest, inferred) = self.both(ends, home, |address, home| self.find(address, home));
        for (about, address, taken) in [("source", ends.src, src), ("destination", ends.dest, dest)] {
            self.explain_end(about, address, home, taken, public, &mut steps);
        }
        let decoration = self.decorate(ends, public);
        self.explain_flow_type(&decoration, (src, ends.src), (dest, ends.dest), public, &mut steps);
        self.explain_link(&decoration, src, dest, &mut steps);
        self.explain_hop(ends, &decoration, inferred, &mut steps);
        self.explain_columns(&decoration, &mut steps);
        Explanation { decoration, steps }
    }

    /// What the row says in the end, column by column, without what is blank.
    fn explain_columns(&self, decoration: &Decoration, steps: &mut Vec<Step>) {
        let mut column = |kind: &'static str, text: &str, reason: &str| {
            if !text.is_empty() {
                let (candidate, reason) = (text.to_owned(), reason.to_owned());
                steps.push(Step { about: "column", kind, candidate, outcome: Outcome::Taken, reason });
            }
        };
        for side in SideColumn::ALL {
            column(
                side.of_src(),
                self.side_text(decoration.src, side),
                "what was taken for the source says so",
            );
        }
        for side in SideColumn::ALL {
            let reason = "what was taken for the destination says so";
            column(side.of_dest(), self.side_text(decoration.dest, side), reason);
        }
        let words = self.link_words(decoration.link);
        for (kind, text) in [
            ("ConnectionType", words.connection_type),
            ("ConnectionName", &*words.connection_name),
            ("ConnectingVnets", &*words.connecting_vnets),
            ("ExpressRouteCircuitPeeringType", words.peering_type),
        ] {
            column(kind, text, "the link says so");
        }
        if let Some(endpoint) = decoration.endpoint {
            let names = ["PrivateEndpointResourceId", "PrivateLinkResourceId", "PrivateLinkResourceName"];
            for (kind, text) in names.into_iter().zip(self.endpoint_texts(endpoint)) {
                column(kind, text, "the private endpoint says so");
            }
        }
    }

    fn network_name(&self, network: NetworkId) -> &str {
        self.words.text(self.network(network).short)
    }

    fn place_name(&self, place: u32) -> String {
        let place = &self.places[place as usize];
        if !place.object.is_blank() {
            return self.words.text(place.object).to_owned();
        }
        let text = |column| self.side_text(place.side, column);
        format!("{}/{}", text(SideColumn::Subscription), text(SideColumn::Nic))
    }

    fn explain_capture(&self, ends: &Ends, mac: &str, home: Option<NetworkId>, steps: &mut Vec<Step>) {
        let about = "capture point";
        let captured = ends.captured_at;
        steps.push(match captured.nic.and_then(|nic| Some((self.nic(nic), self.nic(nic).place?))) {
            Some((nic, place)) => Step {
                about,
                kind: "network interface",
                candidate: self.place_name(place),
                outcome: Outcome::Taken,
                reason: format!(
                    "it has the MAC address {mac}{}",
                    if nic.forwards { " and may forward" } else { "" }
                ),
            },
            None if captured.nic.is_some() => Step {
                about,
                kind: "network interface",
                candidate: mac.to_owned(),
                outcome: Outcome::Passed,
                reason: "it has the MAC address, and no address of a known network".to_owned(),
            },
            None => Step {
                about,
                kind: "network interface",
                candidate: String::new(),
                outcome: Outcome::Absent,
                reason: match mac {
                    "" => "no MAC address was given".to_owned(),
                    mac => format!("no interface of the inventory has the MAC address {mac}"),
                },
            },
        });
        steps.push(match home {
            Some(network) => Step {
                about,
                kind: "virtual network",
                candidate: self.network_name(network).to_owned(),
                outcome: Outcome::Taken,
                reason: match (captured.nic.and_then(|nic| self.nic(nic).network), captured.network) {
                    (Some(_), _) => "the interface is in it: addresses are looked at from here",
                    (None, Some(_)) => "it is what the flow log logs: addresses are looked at from here",
                    (None, None) => "it is the only one that has an address of the flow",
                }
                .to_owned(),
            },
            None => Step {
                about,
                kind: "virtual network",
                candidate: String::new(),
                outcome: Outcome::Absent,
                reason: "addresses are looked at from nowhere: only what one network alone has is found"
                    .to_owned(),
            },
        });
    }

    fn explain_end(
        &self,
        about: &'static str,
        address: Address,
        home: Option<NetworkId>,
        taken: Found,
        public: &dyn Fn(Address) -> PublicKind,
        steps: &mut Vec<Step>,
    ) {
        let choice = self.choose(address, home);
        let first = steps.len();
        let mut candidates: Vec<Candidate> = self.candidates(address, home).collect();
        candidates.sort_by_key(|candidate| (candidate.rank(), candidate.network));
        for candidate in &candidates {
            let is_taken = taken == Found::Place(candidate.place);
            steps.push(Step {
                about,
                kind: kind_word(candidate.kind),
                candidate: self.place_name(candidate.place),
                outcome: if is_taken { Outcome::Taken } else { Outcome::Passed },
                reason: match is_taken {
                    true => self.has(address, candidate),
                    false => self.why_not(address, candidate, choice, taken),
                },
            });
        }
        self.explain_claims(about, address, home, taken, steps);
        match taken {
            Found::Cluster => steps.push(Step {
                about,
                kind: "cluster",
                candidate: home.map_or_else(String::new, |home| self.network_name(home).to_owned()),
                outcome: Outcome::Taken,
                reason: format!("{address} is of pods or services of a cluster: no virtual network has it"),
            }),
            Found::Place(place) if !candidates.iter().any(|candidate| candidate.place == place) => {
                steps.push(Step {
                    about,
                    kind: "logging interface",
                    candidate: self.place_name(place),
                    outcome: Outcome::Taken,
                    reason: format!(
                        "it may not forward, so {address} on its side of the flow is its own, whatever the inventory says"
                    ),
                });
            }
            Found::Nothing => steps.push(Step {
                about,
                kind: "address range",
                candidate: address.to_string(),
                outcome: Outcome::Taken,
                reason: format!(
                    "{}: {}",
                    if steps.len() == first { "nothing in the inventory has it" } else { "nothing holds it" },
                    range_word(self.end(taken, address, public)),
                ),
            }),
            _ => {}
        }
    }

    /// What joins a network with the one that addresses are looked at from.
    fn has(&self, address: Address, candidate: &Candidate) -> String {
        let what = match candidate.kind {
            PlaceKind::Nic | PlaceKind::FrontEnd => "has",
            PlaceKind::PodBlock => "has the block of",
            PlaceKind::Subnet | PlaceKind::Space => "holds",
        };
        let network = self.network_name(candidate.network);
        format!("it {what} {address}, in {network}, {}", scope_words(candidate.scope))
    }

    fn why_not(&self, address: Address, candidate: &Candidate, choice: Choice, taken: Found) -> String {
        let network = self.network_name(candidate.network);
        match (choice, taken) {
            (Choice::One(best), Found::Place(place)) if best.place == place => {
                if best.scope != candidate.scope {
                    format!(
                        "in {network}, {}: another network that has {address} is nearer",
                        scope_words(candidate.scope)
                    )
                } else {
                    format!("a {} goes before a {}", kind_word(best.kind), kind_word(candidate.kind))
                }
            }
            (Choice::Ambiguous, _) => format!(
                "in {network}, {}: several networks have {address}, none of them is nearer than the others",
                scope_words(candidate.scope)
            ),
            (_, Found::Cluster) => "a cluster's own addresses go before it".to_owned(),
            (_, Found::Outside(_)) => format!(
                "in {network}, {}: what the network reaches outside is as specific, and goes before it",
                scope_words(candidate.scope)
            ),
            _ => "the side is the logging interface".to_owned(),
        }
    }

    fn explain_claims(
        &self,
        about: &'static str,
        address: Address,
        home: Option<NetworkId>,
        taken: Found,
        steps: &mut Vec<Step>,
    ) {
        let best = self.claim(address, home);
        for claim in self.outside.get(address) {
            let outside = &self.outsides[claim.outside as usize];
            let reach = self.reach(home, outside);
            let is_taken = taken == Found::Outside(claim.outside);
            let claims =
                format!("it claims {address} by a prefix of {} bits", prefix_bits(address, claim.length));
            let how = match reach {
                None => "its owner names other networks that reach it",
                Some(Reach::Own) => "the network reaches it by itself",
                Some(Reach::Remote) => "the network reaches it by a peer's gateway",
                Some(Reach::Peer) => "a peer of the network has its gateway",
                Some(Reach::Unknown) => "nothing says that the network reaches it",
            };
            let lost = match (best, taken) {
                _ if is_taken || reach.is_none() => "",
                (Some((_, best)), Found::Outside(_)) if best.outside != claim.outside => {
                    ": another claim is reached, longer, or of a kind that goes before"
                }
                _ => ": a virtual network goes before it",
            };
            steps.push(Step {
                about,
                kind: outside_word(outside.kind),
                candidate: self.words.text(outside.name).to_owned(),
                outcome: if is_taken { Outcome::Taken } else { Outcome::Passed },
                reason: format!("{claims}; {how}{lost}"),
            });
        }
    }

    fn explain_flow_type(
        &self,
        decoration: &Decoration,
        src: (Found, Address),
        dest: (Found, Address),
        public: &dyn Fn(Address) -> PublicKind,
        steps: &mut Vec<Step>,
    ) {
        let [src, dest] = [src, dest].map(|(found, address)| match self.end(found, address, public) {
            End::Network(network) => format!("in {}", self.network_name(network)),
            End::Client => "a VPN client".to_owned(),
            End::Site => "at a site".to_owned(),
            other => range_word(other).to_owned(),
        });
        let why = decoration.unknown.map_or_else(String::new, |reason| format!(": {}", reason.words()));
        steps.push(Step {
            about: "flow type",
            kind: "rule",
            candidate: decoration.flow_type.word().to_owned(),
            outcome: Outcome::Taken,
            reason: format!("the source is {src}, the destination is {dest}{why}"),
        });
    }

    fn explain_link(&self, decoration: &Decoration, src: Found, dest: Found, steps: &mut Vec<Step>) {
        let words = self.link_words(decoration.link);
        let taken = |kind, name: &str| {
            let is = words.connection_type == kind && words.connection_name == name;
            if is { Outcome::Taken } else { Outcome::Passed }
        };
        let mut step = |kind, candidate: String, outcome, reason: &str| {
            let reason = match outcome {
                Outcome::Passed => format!("{reason}; what is above goes before it"),
                _ => reason.to_owned(),
            };
            steps.push(Step { about: "link", kind, candidate, outcome, reason });
        };
        match (decoration.flow_type, src, dest) {
            (FlowType::InterVNet, Found::Place(src), Found::Place(dest)) => {
                let [src, dest] = [src, dest].map(|place| self.places[place as usize].network);
                let peering = self.peering_between(src, dest).map(|name| self.words.text(name));
                match peering {
                    Some(name) => {
                        step(
                            "peering",
                            name.to_owned(),
                            taken("VNetPeering", name),
                            "it joins the two networks",
                        );
                    }
                    None => {
                        step("peering", String::new(), Outcome::Absent, "no peering joins the two networks");
                    }
                }
                match self.connection_between(src, dest) {
                    Some((name, from, to)) => {
                        let name = self.words.text(name);
                        let reason = format!(
                            "it joins the gateways of {} and {}",
                            self.network_name(from),
                            self.network_name(to)
                        );
                        step("connection of gateways", name.to_owned(), taken("VpnGateway", name), &reason);
                    }
                    None => step(
                        "connection of gateways",
                        String::new(),
                        Outcome::Absent,
                        "no connection joins gateways of the two networks",
                    ),
                }
                let hubs: Vec<NetworkId> = self.common_peers(src, dest).collect();
                for hub in &hubs {
                    let through = peering.is_none()
                        && words.connecting_vnets.split(' ').any(|n| n == self.network_name(*hub));
                    let outcome = if through && words.connection_type == "VNetPeering" {
                        Outcome::Taken
                    } else {
                        Outcome::Passed
                    };
                    step(
                        "hub",
                        self.network_name(*hub).to_owned(),
                        outcome,
                        "both networks are peered with it",
                    );
                }
                if hubs.is_empty() {
                    step("hub", String::new(), Outcome::Absent, "the two networks have no peer in common");
                }
            }
            (FlowType::S2S | FlowType::P2S, _, _) => {
                let reason = match (&*words.connection_name, &*words.connecting_vnets) {
                    ("", _) => "the inventory has no connection to the site".to_owned(),
                    (_, "") => "the gateway is in the network itself".to_owned(),
                    (_, hub) => format!("the gateway is in {hub}"),
                };
                step(words.connection_type, words.connection_name.to_string(), Outcome::Taken, &reason);
            }
            _ => {}
        }
        if let Some(endpoint) = decoration.endpoint {
            let [id, resource, _] = self.endpoint_texts(endpoint);
            step("private endpoint", id.to_owned(), Outcome::Taken, &format!("it leads to {resource}"));
        }
    }

    fn explain_hop(&self, ends: &Ends, decoration: &Decoration, inferred: bool, steps: &mut Vec<Step>) {
        let reason = match (ends.captured_at.nic, decoration.captured_at_hop, inferred) {
            (None, ..) => "the logging interface is not known",
            (_, true, _) => "neither address is one of the logging interface: it forwards the flow",
            (_, false, true) => "one side follows from the logging interface",
            (_, false, false) => {
                "an address is one of the logging interface, or of the balancer in front of it"
            }
        };
        steps.push(Step {
            about: "hop",
            kind: "rule",
            candidate: decoration.captured_at_hop.to_string(),
            outcome: Outcome::Taken,
            reason: reason.to_owned(),
        });
    }
}

fn kind_word(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Nic => "network interface",
        PlaceKind::FrontEnd => "front end",
        PlaceKind::PodBlock => "block of pods",
        PlaceKind::Subnet => "subnet",
        PlaceKind::Space => "address space",
    }
}

fn outside_word(kind: OutsideKind) -> &'static str {
    match kind {
        OutsideKind::Clients => "client pool",
        OutsideKind::LocalNetworkGateway => "local network gateway",
        OutsideKind::Circuit => "circuit",
        OutsideKind::Configured => "site",
    }
}

fn scope_words(scope: Scope) -> &'static str {
    match scope {
        Scope::Home => "where the flow was logged",
        Scope::Peered => "which is peered with the logging one",
        Scope::Connected => "which a connection of gateways joins with the logging one",
        Scope::Transit => "which another network joins with the logging one",
        Scope::Elsewhere => "which nothing joins with the logging one",
    }
}

fn range_word(end: End<NetworkId>) -> &'static str {
    match end {
        End::Private => "a private address of no known place",
        End::Pod => "an address of a cluster's own",
        End::Public(PublicKind::Azure) => "a public address of Azure",
        End::Public(PublicKind::Malicious) => "a public address that is known for no good",
        End::Public(PublicKind::External) => "a public address",
        End::Nowhere => "a multicast, broadcast or unspecified address",
        End::Network(_) | End::Client | End::Site => "known",
    }
}

/// The length of a prefix as its family counts it.
fn prefix_bits(address: Address, length: u8) -> u8 {
    if address.ipv4().is_some() { length.saturating_sub(96) } else { length }
}
