//! Agreement is worth as much as what is compared: no answer, kind of document,
//! operator or rule may be left out by the generator.

use stead_literal::literal::principal::Naming;
use stead_literal::literal::{Kind, Layer};
use stead_literal::statistics::Statistics;
use stead_literal::{agree, generate};

#[test]
fn nothing_is_starved() {
    let statistics = statistics(0..2_000);
    let mut starved = Vec::new();
    let mut expect = |what: &str, counts: &[u64], least: u64| {
        if counts.iter().any(|count| *count < least) {
            starved.push(format!("{what}: {counts:?}, at least {least} of each"));
        }
    };
    // Each answer to at least a tenth of the pairs, whatever documents take part.
    expect("pairs", &statistics.decisions, statistics.pairs / 10);
    for kind in Kind::ALL {
        let counts = statistics.by_kind[&kind];
        expect(&format!("with {kind:?}"), &counts, counts.iter().sum::<u64>() / 10);
        let [allows, denies, neither] = statistics.said[&kind];
        expect(&format!("{kind:?} says"), &[allows, denies, neither], 100);
    }
    for (caller, counts) in &statistics.by_caller {
        expect(caller, counts, counts.iter().sum::<u64>() / 20);
    }
    for (layer, [allowed, denied, silent]) in &statistics.causes {
        let name = format!("{layer:?} decides");
        expect(&name, &[*denied], 200);
        if *layer != Layer::ResourceControl {
            expect(&name, &[*silent], 200);
        }
        if matches!(layer, Layer::Trust | Layer::Resource | Layer::Identity | Layer::Session) {
            expect(&name, &[*allowed], 10);
        }
    }
    for naming in [
        Naming::Account,
        Naming::Provider,
        Naming::Service,
        Naming::Everyone,
        Naming::Role,
        Naming::UserWhoFederated,
        Naming::User,
        Naming::EveryoneByArn,
        Naming::Session,
    ] {
        let count = statistics.namings.get(&naming).copied().unwrap_or_default();
        expect(&format!("named as {naming:?}"), &[count], 50);
    }
    for (element, counts) in &statistics.elements {
        expect(element, counts, 500);
    }
    assert_eq!(statistics.elements.len(), 7, "{:?}", statistics.elements);
    expect("unreadable", &statistics.unreadable, 200);
    expect("blockers", &statistics.blockers, 1_000);
    expect("by root", &[statistics.by_root], 50);
    starved.extend(statistics.starved_operators(1));
    assert!(starved.is_empty(), "{}", starved.join("\n"));
}

fn statistics(seeds: std::ops::Range<u64>) -> Statistics {
    let mut statistics = Statistics::default();
    for seed in seeds {
        let case = generate::of_seed(seed);
        let answers = agree::check(&case).expect("the evaluations agree");
        statistics.add(&case, &agree::read(&case.documents), &answers);
    }
    statistics
}
