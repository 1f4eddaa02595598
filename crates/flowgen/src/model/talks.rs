//! The conversation table.

use super::curve::Curve::{Flat, Nightly, Office, Shop};
use super::inventory::Role::{
    App, Batch, Cache, Database, DomainController, FleetApp, FleetFront, FleetStore, Jump, Monitor,
    Operations, Replica, Report, Shop as ShopFront, Web, Workstation,
};
use super::outside as at;
use super::profiles::{
    AGENT_POLL, DATABASE_QUERY, FILE_COPY, FILE_FETCH, HEALTH_PROBE, JOB_STORM, NAME_QUERY, PASSWORD_GUESS,
    PLATFORM_PROBE, SERVICE_CALL, SHELL, SIGN_IN, TIME_POLL, TLS_CALL, WEB_PAGE, load,
};
use super::talk::Party::{Balanced, Outside, Roles};
use super::talk::Pattern::{self, Refused, Scan, Unanswered};
use super::talk::Rule::{Default, Platform, Unevaluated, User};
use super::talk::{Leak, Session, Talk, talk};

/// Two transfers of a gigabyte, the last one two days before the end.
const LEAKS: &[Leak] = &[
    Leak { days_before: 5, minute_of_day: 115, minutes: 42, connections: 2, bytes: 1_020_000_000 },
    Leak { days_before: 2, minute_of_day: 1_235, minutes: 71, connections: 3, bytes: 1_060_000_000 },
];

const fn endless(connections: u32, packets: (u32, u32), sent: (u32, u32), received: (u32, u32)) -> Pattern {
    renewed(0, connections, packets, sent, received)
}

const fn renewed(
    renewed_hours: u32,
    connections: u32,
    packets: (u32, u32),
    sent: (u32, u32),
    received: (u32, u32),
) -> Pattern {
    let (sent, received) = (load(packets, sent), load(packets, received));
    Pattern::Session(Session { connections, renewed_hours, sent, received })
}

/// Who opens flows to whom.
// Two lines each, so that the table can be read as one.
#[rustfmt::skip]
pub(crate) static TALKS: &[Talk] = &[
    // The shop on the internet.
    talk("shop pages", Outside(&at::CUSTOMERS), Balanced("lbe-web"), &[(443, 88), (80, 12)],
        Shop, WEB_PAGE.per_hour(110)).rule_in(User("AllowWebFromInternet")),
    talk("shop pages north", Outside(&at::CUSTOMERS), Roles(&[ShopFront]), &[(443, 1)],
        Shop, WEB_PAGE.per_hour(50)).rule_in(User("Allow_HTTPS_In")),
    talk("health probes", Outside(&at::WIRE_SERVER), Roles(&[Web]), &[(80, 1)],
        Flat, HEALTH_PROBE.per_hour(8)),
    // Between the two prefixes of the published recipes, both ways.
    talk("intranet pages", Roles(&[Workstation, Operations, App]), Balanced("lbi-web"),
        &[(80, 80), (443, 20)], Office, WEB_PAGE.per_hour(22)).rule_in(User("AllowHttpFromVnet")),
    talk("catalogue", Roles(&[App]), Roles(&[Web]), &[(80, 85), (443, 15)],
        Shop, SERVICE_CALL.per_hour(34)).rule_in(User("AllowHttpFromVnet")),
    talk("callbacks", Roles(&[Web]), Roles(&[App]), &[(80, 70), (443, 30)],
        Shop, SERVICE_CALL.per_hour(34)),
    talk("shells on web servers", Roles(&[Operations, Workstation]), Roles(&[Web]), &[(22, 1)],
        Office, SHELL.per_hour(1)).rule_in(User("AllowSshFromApp")),
    talk("deployments", Roles(&[Web]), Roles(&[Operations]), &[(22, 1)],
        Office, SIGN_IN.per_hour(2)),
    // Data.
    talk("web to database", Roles(&[Web]), Roles(&[Database]), &[(1433, 1)],
        Shop, DATABASE_QUERY.per_hour(16)).rule_in(User("AllowSqlFromWeb")),
    talk("application pool", Roles(&[App]), Roles(&[Database]), &[(1433, 1)],
        Office, renewed(11, 3, (40, 900), (160, 300), (300, 1_200))).rule_in(User("AllowSqlFromApp")),
    talk("cache", Roles(&[App]), Roles(&[Cache]), &[(6379, 1)],
        Shop, endless(2, (20, 1_600), (124, 180), (90, 420))).rule_in(User("AllowRedisFromApp")),
    talk("database copy", Roles(&[Database]), Roles(&[Replica]), &[(5022, 1)],
        Shop, endless(1, (100, 2_500), (700, 1_400), (70, 110))),
    talk("database backup", Roles(&[Database]), Outside(&at::STORAGE), &[(443, 1)],
        Nightly, FILE_COPY.per_hour(24)).rule_out(User("AllowStorageFromData")),
    talk("nightly jobs", Roles(&[Batch]), Roles(&[Database]), &[(1433, 1)],
        Nightly, DATABASE_QUERY.per_hour(180)),
    talk("nightly reconciliation", Roles(&[Batch]), Roles(&[Database]), &[(1433, 1)],
        Nightly, JOB_STORM.per_hour(600)),
    talk("nightly exports", Roles(&[Batch]), Outside(&at::STORAGE), &[(443, 1)],
        Nightly, FILE_COPY.per_hour(30)),
    talk("reports", Roles(&[Report]), Roles(&[Replica]), &[(1433, 1)],
        Office, DATABASE_QUERY.per_hour(70)),
    talk("report files", Roles(&[Report]), Outside(&at::STORAGE_NORTH), &[(443, 1)],
        Office, TLS_CALL.per_hour(12)),
    talk("drops without encryption", Roles(&[Batch]), Roles(&[Cache]), &[(6379, 1)],
        Nightly, Refused { per_hour: 9 }).rule_out(Unevaluated),
    // Over ExpressRoute, both ways.
    talk("site to intranet", Outside(&at::SITE_CLIENTS), Roles(&[Web]), &[(443, 60), (80, 40)],
        Office, WEB_PAGE.per_hour(50)).rule_in(User("AllowWebFromSite")),
    talk("site to database", Outside(&at::SITE_SERVERS), Roles(&[Database]), &[(1433, 1)],
        Office, DATABASE_QUERY.per_hour(20)).rule_in(User("AllowSqlFromSite")),
    talk("orders to site", Roles(&[App]), Outside(&at::SITE_SERVERS), &[(8443, 70), (445, 30)],
        Office, SERVICE_CALL.per_hour(60)),
    talk("directory replication", Roles(&[DomainController]), Outside(&at::SITE_DIRECTORY),
        &[(389, 60), (135, 20), (49_667, 20)], Flat, SIGN_IN.per_hour(4)),
    talk("directory link", Roles(&[DomainController]), Outside(&at::SITE_DIRECTORY), &[(3268, 1)],
        Flat, endless(1, (2, 40), (130, 400), (130, 600))),
    talk("retired order server", Roles(&[App]), Outside(&at::SITE_RETIRED), &[(8080, 1)],
        Office, Unanswered { per_hour: 5 }),
    // Names, time, sign-in, monitoring, updates.
    talk("names", Roles(&[App, Web, Workstation, Operations, Database, Batch, Jump, Monitor]),
        Roles(&[DomainController]), &[(53, 1)], Office, NAME_QUERY.per_hour(9)).udp(),
    talk("names from platform", Roles(&[DomainController, ShopFront, Report]), Outside(&at::WIRE_SERVER),
        &[(53, 1)], Office, NAME_QUERY.per_hour(8)).udp().rule_out(Platform),
    talk("public time", Roles(&[DomainController]), Outside(&at::PUBLIC_TIME), &[(123, 1)],
        Flat, TIME_POLL.per_hour(2)).udp(),
    talk("platform time", Roles(&[Database, Replica, ShopFront]), Outside(&at::AZURE_TIME), &[(123, 1)],
        Flat, TIME_POLL.per_hour(1)).udp(),
    talk("sign-in", Roles(&[Workstation, App, Batch]), Roles(&[DomainController]),
        &[(88, 55), (389, 35), (445, 10)], Office, SIGN_IN.per_hour(6)),
    talk("agents polled", Roles(&[Monitor]), Roles(&[Web, App, Database]), &[(10_050, 1)],
        Flat, AGENT_POLL.per_hour(1)),
    talk("agents reporting", Roles(&[DomainController]), Roles(&[Monitor]), &[(10_051, 1)],
        Flat, endless(1, (4, 30), (150, 400), (80, 120))),
    talk("telemetry", Roles(&[App, Web, Database, ShopFront, Report]), Outside(&at::AZURE_MONITOR),
        &[(443, 1)], Shop, TLS_CALL.per_hour(4)),
    talk("cloud sign-in", Roles(&[Workstation, Operations, Report]), Outside(&at::DIRECTORY), &[(443, 1)],
        Office, TLS_CALL.per_hour(8)),
    talk("agent of the platform", Roles(&[Jump, Batch, Report]), Outside(&at::WIRE_SERVER),
        &[(32_526, 70), (80, 30)], Flat, AGENT_POLL.per_hour(1)).rule_out(Platform),
    talk("updates", Roles(&[Workstation, Database, DomainController]), Outside(&at::WINDOWS_UPDATE),
        &[(443, 80), (80, 20)], Office, FILE_FETCH.per_hour(1)),
    talk("image backup", Roles(&[DomainController, Batch]), Outside(&at::BACKUP), &[(443, 1)],
        Nightly, FILE_COPY.per_hour(8)),
    talk("software as a service", Roles(&[Workstation, Operations]), Outside(&at::SAAS), &[(443, 1)],
        Office, TLS_CALL.per_hour(20)),
    talk("pictures", Roles(&[Web, ShopFront]), Outside(&at::STORAGE), &[(443, 1)],
        Shop, TLS_CALL.per_hour(14)),
    talk("operator's shell", Roles(&[Operations]), Roles(&[Jump, Monitor]), &[(22, 1)],
        Office, renewed(8, 1, (20, 260), (118, 170), (120, 380))),
    talk("licence server of a partner", Roles(&[Operations]), Outside(&at::DEAD_PARTNER), &[(27_000, 1)],
        Office, Unanswered { per_hour: 3 }),
    // Unwanted.
    talk("scans", Outside(&at::ANYWHERE), Roles(&[Jump, ShopFront]), &[],
        Flat, Scan { per_hour: 15 }).rule_in(Default("DenyAllInBound")),
    talk("password guesses", Outside(&at::ATTACKERS), Roles(&[Jump]), &[(22, 1)],
        Flat, PASSWORD_GUESS.per_hour(14)).rule_in(User("temp-allow-ssh")),
    talk("password guesses north", Outside(&at::ATTACKERS), Roles(&[ShopFront]), &[(22, 1)],
        Flat, PASSWORD_GUESS.per_hour(6)).rule_in(User("Allow_SSH_Vendor")).untracked_in(),
    talk("platform probes", Outside(&at::PLATFORM_PROBES), Roles(&[Jump, ShopFront]), &[(22, 1)],
        Flat, PLATFORM_PROBE.per_hour(1)).rule_in(Platform),
    talk("mail refused", Roles(&[Web, ShopFront]), Outside(&at::MAIL_RELAYS), &[(25, 1)],
        Flat, Refused { per_hour: 1 }).rule_out(User("DenySmtpOut")),
    talk("internet refused", Roles(&[Database]), Outside(&at::SAAS), &[(443, 1)],
        Office, Refused { per_hour: 2 }).rule_out(User("DenyInternetFromData")),
    talk("small change", Roles(&[Operations]), Outside(&at::DROP_POINT), &[(443, 80), (22, 20)],
        Office, SIGN_IN.per_hour(1)),
    talk("leak", Roles(&[Operations]), Outside(&at::DROP_POINT), &[(22, 1)],
        Flat, Pattern::Leak(LEAKS)),
    // Background machines, cell by cell.
    talk("fleet pages", Outside(&at::CUSTOMERS), Roles(&[FleetFront]), &[(443, 90), (80, 10)],
        Shop, WEB_PAGE.per_hour(400)).rule_in(User("AllowWebFromInternet")),
    talk("fleet calls", Roles(&[FleetFront]), Roles(&[FleetApp]), &[(8080, 60), (8443, 40)],
        Shop, SERVICE_CALL.per_hour(90)),
    talk("fleet queries", Roles(&[FleetApp]), Roles(&[FleetStore]), &[(5432, 1)],
        Shop, DATABASE_QUERY.per_hour(60)),
    talk("fleet pool", Roles(&[FleetApp]), Roles(&[FleetStore]), &[(6432, 1)],
        Shop, renewed(9, 2, (20, 600), (160, 300), (200, 900))),
    talk("fleet storage", Roles(&[FleetApp, FleetStore]), Outside(&at::STORAGE), &[(443, 1)],
        Shop, TLS_CALL.per_hour(40)),
    talk("fleet telemetry", Roles(&[FleetFront, FleetApp, FleetStore]), Outside(&at::AZURE_MONITOR),
        &[(443, 1)], Flat, TLS_CALL.per_hour(12)),
    talk("fleet names", Roles(&[FleetFront, FleetApp, FleetStore]), Outside(&at::WIRE_SERVER), &[(53, 1)],
        Flat, NAME_QUERY.per_hour(30)).udp().rule_out(Platform),
    talk("fleet services", Roles(&[FleetApp]), Outside(&at::SAAS), &[(443, 1)],
        Shop, TLS_CALL.per_hour(30)),
    talk("fleet scans", Outside(&at::ANYWHERE), Roles(&[FleetFront]), &[],
        Flat, Scan { per_hour: 90 }).rule_in(Default("DenyAllInBound")),
    talk("fleet time", Roles(&[FleetFront, FleetApp, FleetStore]), Outside(&at::AZURE_TIME), &[(123, 1)],
        Flat, TIME_POLL.per_hour(4)).udp(),
];
