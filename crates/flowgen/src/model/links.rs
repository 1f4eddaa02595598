//! Conversations as pairs of a source and a target, and what each NIC sees of them.

use std::collections::HashMap;

use super::address;
use super::connected::LoadBalancer;
use super::outside::Pool;
use super::resources::{Company, Hardware, Nic, Role, Uptime};
use super::talk::{Party, Pattern, Rule, Talk};
use super::talks::TALKS;
use crate::dice::{key_of, scramble};

/// A pair that talks.
#[derive(Debug)]
pub(crate) struct Link {
    /// Names the streams of numbers of this link.
    pub(crate) key: u64,
    pub(crate) talk: &'static Talk,
    pub(crate) from: Member,
    pub(crate) to: Member,
    pub(crate) source: End,
    pub(crate) target: End,
    /// What the source sees instead of the target: a load balancer's frontend, or its public address.
    pub(crate) frontend: Option<u32>,
    /// What the target sees instead of the source: its public address.
    pub(crate) masquerade: Option<u32>,
    /// Traffic in percent of the table's rate.
    pub(crate) share_percent: u32,
    pub(crate) uptime: Uptime,
    pub(crate) encryption: Encryption,
    /// Whether the link belongs to background machines.
    pub(crate) background: bool,
}

/// One end of a link.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Address(u32),
    /// Any of the first addresses of a block.
    Block(u32),
    Pool(&'static Pool),
}

/// Where on a link a NIC stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// Flows leave here.
    Source,
    /// Flows arrive here.
    Target,
    /// Flows come by here: on their way in.
    HopIn,
    /// Flows come by here: on their way out.
    HopOut,
}

impl Side {
    /// Whether flows come in.
    pub(crate) fn is_inbound(self) -> bool {
        matches!(self, Side::Target | Side::HopIn)
    }
}

/// A link as one NIC sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// Position of the link.
    pub(crate) link: usize,
    pub(crate) side: Side,
    /// Positions in [`NicViews::rules`]: the usual rule, and the one for ports of high risk.
    pub(crate) rules: [u16; 2],
}

/// Everything one NIC sees.
#[derive(Debug, Default)]
pub(crate) struct NicViews {
    pub(crate) views: Vec<View>,
    /// The distinct rules that log something at this NIC.
    pub(crate) rules: Vec<Rule>,
}

/// The encryption field of a tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encryption {
    Encrypted,
    None,
    HardwareNotSupported,
    SoftwareNotReady,
    NotAccepted,
    NotSupported,
    LocalDestination,
    FallBack,
}

impl Encryption {
    pub(crate) const ALL: [Encryption; 8] = [
        Encryption::Encrypted,
        Encryption::None,
        Encryption::HardwareNotSupported,
        Encryption::SoftwareNotReady,
        Encryption::NotAccepted,
        Encryption::NotSupported,
        Encryption::LocalDestination,
        Encryption::FallBack,
    ];

    /// As the analytics tables write it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Encryption::Encrypted => "Encrypted",
            Encryption::None => "Unencrypted",
            Encryption::HardwareNotSupported => "Unsupported hardware",
            Encryption::SoftwareNotReady => "Software not ready",
            Encryption::NotAccepted => "Drop due to no encryption",
            Encryption::NotSupported => "Discovery not supported",
            Encryption::LocalDestination => "Destination on same host",
            Encryption::FallBack => "Fall back to no encryption",
        }
    }

    /// As the flow log writes it.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Encryption::Encrypted => "X",
            Encryption::None => "NX",
            Encryption::HardwareNotSupported => "NX_HW_NOT_SUPPORTED",
            Encryption::SoftwareNotReady => "NX_SW_NOT_READY",
            Encryption::NotAccepted => "NX_NOT_ACCEPTED",
            Encryption::NotSupported => "NX_NOT_SUPPORTED",
            Encryption::LocalDestination => "NX_LOCAL_DST",
            Encryption::FallBack => "NX_FALLBACK",
        }
    }
}

/// The security-admin rule for scans of ports of high risk.
const HIGH_RISK: Rule = Rule::Admin("DenyHighRiskPortsFromInternet");

/// A party's members: a NIC, the pods behind it, or a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    Nic(usize),
    Pods(usize),
    Pool(&'static Pool),
}

impl Member {
    /// The NIC that logs what it does.
    pub(crate) fn nic(self) -> Option<usize> {
        match self {
            Member::Nic(nic) | Member::Pods(nic) => Some(nic),
            Member::Pool(_) => None,
        }
    }

    fn is_private(self) -> bool {
        match self {
            Member::Nic(_) | Member::Pods(_) => true,
            Member::Pool(pool) => pool.is_private(),
        }
    }
}

/// All links, and for every NIC its views.
pub(crate) fn expand(company: &Company) -> (Vec<Link>, Vec<NicViews>) {
    let mut links = Vec::new();
    let mut views: Vec<NicViews> = company.nics.iter().map(|_| NicViews::default()).collect();
    let cells = Cells::of(company);
    for talk in TALKS {
        let hop = talk.hop.and_then(|hop| company.nic_of(hop));
        // The appliance is the company's own.
        for cell in 0..if hop.is_some() { 1 } else { cells.count } {
            for &source in &cells.members(company, talk.from, cell) {
                for &target in &cells.members(company, talk.to, cell) {
                    if let Some(link) = link(company, talk, source, target) {
                        add_views(&mut views, links.len(), &link, hop);
                        links.push(link);
                    }
                }
            }
        }
    }
    (links, views)
}

/// NICs by cell and role.
struct Cells {
    count: u32,
    nics: HashMap<(u32, u8), Vec<usize>>,
}

impl Cells {
    fn of(company: &Company) -> Self {
        let mut nics: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, nic) in company.nics.iter().enumerate() {
            nics.entry((nic.cell, nic.role as u8)).or_default().push(index);
        }
        Cells { count: company.nics.iter().map(|nic| nic.cell + 1).max().unwrap_or(0), nics }
    }

    fn members(&self, company: &Company, party: Party, cell: u32) -> Vec<Member> {
        let of_role = |role: Role| self.nics.get(&(cell, role as u8)).into_iter().flatten();
        match party {
            Party::Roles(roles) => {
                roles.iter().flat_map(|&role| of_role(role)).copied().map(Member::Nic).collect()
            }
            Party::Pods(roles) => {
                roles.iter().flat_map(|&role| of_role(role)).copied().map(Member::Pods).collect()
            }
            Party::Balanced(name) if cell == 0 => {
                let balancer = company.load_balancers.iter().find(|balancer| balancer.name == name);
                balancer
                    .into_iter()
                    .flat_map(|balancer| &balancer.backends)
                    .copied()
                    .map(Member::Nic)
                    .collect()
            }
            Party::Balanced(_) => Vec::new(),
            Party::Outside(pool) => vec![Member::Pool(pool)],
        }
    }
}

fn link(company: &Company, talk: &'static Talk, source: Member, target: Member) -> Option<Link> {
    let nic_of = |member: Member| member.nic().map(|nic| &company.nics[nic]);
    let (from, to) = (nic_of(source), nic_of(target));
    // Nobody talks to himself, and a pair without a NIC is nobody's business unless it comes by an appliance.
    if source.nic().or(target.nic()).is_none() && talk.hop.is_none()
        || source.nic().is_some() && source.nic() == target.nic()
    {
        return None;
    }
    let nics = [from, to].into_iter().flatten();
    let frontend = match talk.to {
        Party::Balanced(name) => balancer(company, name).map(|balancer| balancer.frontend),
        _ if talk.over_internet => to.and_then(|nic| nic.public_address),
        _ => None,
    };
    let masquerade = from.filter(|_| talk.over_internet).and_then(|nic| nic.public_address);
    let key = scramble(key_of(talk.name) ^ scramble(member_key(company, source)));
    Some(Link {
        key: scramble(key ^ member_key(company, target)),
        talk,
        from: source,
        to: target,
        source: end(company, talk, source),
        target: end(company, talk, target),
        frontend: frontend.map(u32::from),
        masquerade: masquerade.map(u32::from),
        share_percent: nics.clone().fold(100, |share, nic| share * nic.share_percent / 100),
        uptime: nics
            .clone()
            .map(|nic| nic.uptime)
            .find(|&uptime| uptime != Uptime::Always)
            .unwrap_or(Uptime::Always),
        encryption: encryption(company, talk, from, to),
        background: nics.clone().any(|nic| nic.cell > 0),
    })
}

pub(crate) fn balancer<'a>(company: &'a Company, name: &str) -> Option<&'a LoadBalancer> {
    company.load_balancers.iter().find(|balancer| balancer.name == name)
}

/// A number that only this NIC has, whatever the number of machines.
pub(crate) fn nic_key(company: &Company, nic: usize) -> u64 {
    let nic = &company.nics[nic];
    u64::from(company.vnets[nic.vnet].realm) << 32 | u64::from(u32::from(nic.address))
}

fn member_key(company: &Company, member: Member) -> u64 {
    match member {
        Member::Nic(nic) => nic_key(company, nic),
        Member::Pods(nic) => 1 << 48 | nic_key(company, nic),
        Member::Pool(pool) => key_of(pool.name),
    }
}

fn end(company: &Company, talk: &Talk, member: Member) -> End {
    match member {
        Member::Nic(nic) => {
            let nic = &company.nics[nic];
            let six = nic.address_six.filter(|_| talk.six).and_then(address::pack_six);
            End::Address(six.unwrap_or(nic.address.into()))
        }
        Member::Pods(nic) => {
            let nic = &company.nics[nic];
            nic.pods.map_or(End::Address(nic.address.into()), |pods| End::Block(pods.network.into()))
        }
        Member::Pool(pool) => End::Pool(pool),
    }
}

fn encryption(company: &Company, talk: &Talk, from: Option<&Nic>, to: Option<&Nic>) -> Encryption {
    if talk.rule_out == Some(Rule::Unevaluated) {
        return Encryption::NotAccepted;
    }
    let Some((from, to)) = from.zip(to).filter(|_| !talk.over_internet) else { return Encryption::None };
    if !company.vnets[from.vnet].encryption {
        return Encryption::None;
    }
    if !company.vnets[to.vnet].encryption {
        return Encryption::NotSupported;
    }
    match (from.hardware, to.hardware) {
        (Hardware::Unsupported, _) | (_, Hardware::Unsupported) => Encryption::HardwareNotSupported,
        (Hardware::NotReady, _) | (_, Hardware::NotReady) => Encryption::SoftwareNotReady,
        (Hardware::FallsBack, _) | (_, Hardware::FallsBack) => Encryption::FallBack,
        _ if share_host(from, to) => Encryption::LocalDestination,
        _ => Encryption::Encrypted,
    }
}

/// Now and then two machines stand on one host.
fn share_host(one: &Nic, other: &Nic) -> bool {
    let (low, high) = (one.address.min(other.address), one.address.max(other.address));
    scramble(u64::from(u32::from(low)) << 32 | u64::from(u32::from(high))).is_multiple_of(24)
}

fn add_views(views: &mut [NicViews], link: usize, made: &Link, hop: Option<usize>) {
    let talk = made.talk;
    if let Some(nic) = made.from.nic() {
        // The source addresses the frontend, so a public one is the internet to it.
        let inside = made.to.is_private() && made.frontend.is_none_or(is_private_address);
        let usual = if inside { "AllowVnetOutBound" } else { "AllowInternetOutBound" };
        views[nic].add(link, Side::Source, [talk.rule_out.unwrap_or(Rule::Default(usual)); 2]);
    }
    let refused = matches!(talk.pattern, Pattern::Refused { .. });
    if let (Some(nic), false) = (hop, refused) {
        // No group guards the appliance.
        views[nic].add(link, Side::HopIn, [Rule::Platform; 2]);
        views[nic].add(link, Side::HopOut, [Rule::Platform; 2]);
    }
    // Attempts that a rule at the source denied, or that nobody answers, reach no target.
    let arrives = !refused && !matches!(talk.pattern, Pattern::Unanswered { .. });
    if let (Some(nic), true) = (made.to.nic(), arrives) {
        let usual = if made.from.is_private() { "AllowVnetInBound" } else { "AllowAzureLoadBalancerInBound" };
        let usual = talk.rule_in.unwrap_or(Rule::Default(usual));
        let risky = if matches!(talk.pattern, Pattern::Scan { .. }) { HIGH_RISK } else { usual };
        views[nic].add(link, Side::Target, [usual, risky]);
    }
}

fn is_private_address(address: u32) -> bool {
    std::net::Ipv4Addr::from(address).is_private()
}

impl NicViews {
    fn add(&mut self, link: usize, side: Side, rules: [Rule; 2]) {
        let rules = rules.map(|rule| self.position(rule));
        self.views.push(View { link, side, rules });
    }

    fn position(&mut self, rule: Rule) -> u16 {
        let known = self.rules.iter().position(|&known| known == rule);
        known.unwrap_or_else(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        }) as u16
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::outside::WIRE_SERVER;

    #[test]
    fn keys_and_addresses_are_unique() {
        let company = Company::new(400);
        let (links, _) = expand(&company);
        let keys: HashSet<u64> = links.iter().map(|link| link.key).collect();
        assert_eq!(keys.len(), links.len());
        let names: HashSet<&str> = TALKS.iter().map(|talk| talk.name).collect();
        assert_eq!(names.len(), TALKS.len(), "two conversations share a name");
        let addresses: HashSet<u64> = (0..company.nics.len()).map(|nic| nic_key(&company, nic)).collect();
        let macs: HashSet<&str> = company.nics.iter().map(|nic| nic.mac.as_str()).collect();
        assert_eq!((addresses.len(), macs.len()), (company.nics.len(), company.nics.len()));
    }

    #[test]
    fn every_conversation_has_a_link() {
        let (links, views) = expand(&Company::new(20));
        for talk in TALKS {
            assert!(links.iter().any(|link| link.talk.name == talk.name), "nobody speaks: {}", talk.name);
        }
        assert!(views.iter().all(|nic| !nic.views.is_empty()));
    }

    #[test]
    fn adding_machines_changes_no_link() {
        let small = expand(&Company::new(0)).0;
        let large: HashSet<u64> = expand(&Company::new(60)).0.iter().map(|link| link.key).collect();
        assert!(small.iter().all(|link| large.contains(&link.key)));
    }

    #[test]
    fn flows_from_the_internet_need_a_rule() {
        for talk in TALKS {
            if let Party::Outside(pool) = talk.from {
                let known = pool.is_private() || pool.name == WIRE_SERVER.name || talk.rule_in.is_some();
                assert!(known, "{} would be let in by the rule of the load balancer", talk.name);
            }
        }
    }

    #[test]
    fn ports_are_given_unless_scanned() {
        for talk in TALKS {
            let scan = matches!(talk.pattern, Pattern::Scan { .. });
            assert_eq!(talk.ports.iter().map(|&(_, share)| share).sum::<u32>() == 0, scan, "{}", talk.name);
        }
    }
}
