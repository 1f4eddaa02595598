//! Explanations.

use weir_decode::Direction;
use weir_enrich::{Decorator, Ends, Explanation, Outcome, PublicKind};

use crate::company::{address, inventory};

fn explained(mac: &str, src: &str, dest: &str) -> Explanation {
    let decorator = Decorator::new(&inventory());
    let captured_at = decorator.capture_point(mac, "", "");
    let (src, dest) = (address(src), address(dest));
    decorator.explain(&Ends { src, dest, direction: Direction::Outbound, captured_at }, mac, &|_| {
        PublicKind::External
    })
}

/// About, kind and outcome of steps.
fn steps(explanation: &Explanation, about: &str) -> Vec<(&'static str, String, &'static str)> {
    let of = explanation.steps.iter().filter(|step| step.about == about);
    of.map(|step| {
        let name = step.candidate.rsplit('/').next().unwrap_or_default().to_owned();
        (step.kind, name, step.outcome.word())
    })
    .collect()
}

#[test]
fn every_candidate_is_told_and_why() {
    let told = explained("00000000000A", "10.1.1.4", "10.3.1.4");
    let own = |kind, name: &str, outcome| (kind, name.to_owned(), outcome);
    assert_eq!(
        steps(&told, "source"),
        [
            own("network interface", "nic-web", "taken"),
            own("subnet", "work", "passed over"),
            own("network interface", "nic-apart", "passed over"),
            own("subnet", "work", "passed over"),
            own("local network gateway", "lng-office", "passed over"),
        ]
    );
    assert_eq!(
        steps(&told, "link"),
        [
            own("peering", "", "absent"),
            own("connection of gateways", "hub-far", "taken"),
            own("hub", "", "absent"),
        ]
    );
    let reason = &told.steps.iter().find(|step| step.candidate.ends_with("nic-apart")).unwrap().reason;
    assert!(reason.contains("apart") && reason.contains("nearer"), "{reason}");
}

#[test]
fn something_always_decides() {
    for mac in ["00000000000A", "00000000000B", "00000000000C", "0000000000F1", "nothing", ""] {
        for src in ["10.1.1.4", "10.0.1.4", "10.244.1.1", "20.0.0.1", "10.9.3.3", "172.30.1.1"] {
            for dest in ["10.3.1.4", "10.1.1.77", "192.168.10.1", "8.8.8.8", "224.0.0.1", "10.0.1.20"] {
                let told = explained(mac, src, dest);
                for about in ["source", "destination", "flow type", "hop"] {
                    let of = told.steps.iter().filter(|step| step.about == about);
                    let taken = of.filter(|step| step.outcome == Outcome::Taken).count();
                    assert_eq!(taken, 1, "{mac} {src} {dest} {about}: {told:#?}");
                }
                assert!(told.steps.iter().all(|step| !step.reason.is_empty()));
            }
        }
    }
}
