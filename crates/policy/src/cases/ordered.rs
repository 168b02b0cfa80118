//! Numbers, dates and addresses that stand for all of them.
//!
//! Comparing with thresholds cuts the line of all values into pieces on which every
//! comparison answers the same; here is a value of each piece.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::date::Moment;
use crate::operators::{Decimal, Network};

/// A number of every piece: each threshold and one between it and its neighbour.
///
/// Thresholds are multiples of ten to the minus `digits`, so that a tenth of that away
/// from one there is no other. Away from zero and from both of its sides, that is
/// enough: a piece between two positive ones begins at the smaller, one between two
/// negative ones ends at the greater, one between both holds zero.
pub(super) fn numbers(thresholds: &[&str]) -> Vec<String> {
    let read: Vec<Decimal<'_>> =
        thresholds.iter().copied().chain(["0"]).filter_map(Decimal::parse).collect();
    let digits = read.iter().map(Decimal::fraction_digits).max().unwrap_or_default();
    let thresholds = thresholds.iter().map(|text| (*text).to_owned());
    let between = read.iter().map(|number| number.extended(digits));
    let around_zero = ["0".to_owned(), format!("-0.{:0<digits$}1", "")];
    around_zero.into_iter().chain(thresholds).chain(between).collect()
}

/// A moment of every piece, and whether all could be written: each threshold and what
/// is next to it.
pub(super) fn moments(thresholds: &[&str]) -> (Vec<String>, bool) {
    let mut texts: BTreeSet<String> = thresholds.iter().map(|text| (*text).to_owned()).collect();
    let mut whole = true;
    for neighbour in
        thresholds.iter().copied().filter_map(Moment::parse).flat_map(Moment::neighbours)
    {
        match neighbour.and_then(Moment::to_text) {
            Some(text) => {
                texts.insert(text);
            }
            None => whole = false,
        }
    }
    (texts.into_iter().collect(), whole)
}

/// An address of every piece: in each family it begins with the first address of all,
/// with the first of a range, or behind the last of one.
pub(super) fn addresses(ranges: &[&str]) -> Vec<String> {
    let mut found =
        BTreeSet::from([IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)]);
    for (first, last) in ranges.iter().copied().filter_map(Network::parse).map(Network::ends) {
        found.insert(first);
        found.extend(behind(last));
    }
    found.iter().map(ToString::to_string).collect()
}

fn behind(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            u32::from(address).checked_add(1).map(|next| Ipv4Addr::from(next).into())
        }
        IpAddr::V6(address) => {
            u128::from(address).checked_add(1).map(|next| Ipv6Addr::from(next).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How a value stands to each threshold.
    fn place<V: Ord>(value: &V, thresholds: &[V]) -> Vec<std::cmp::Ordering> {
        thresholds.iter().map(|threshold| value.cmp(threshold)).collect()
    }

    proptest! {
        #[test]
        fn every_number_lies_where_one_that_is_tried_does(
            thresholds in prop::collection::vec("-?[0-9]{1,2}(\\.[0-9]{1,2})?", 1..6),
            number in "-?[0-9]{1,2}(\\.[0-9]{1,4})?",
        ) {
            let texts: Vec<&str> = thresholds.iter().map(String::as_str).collect();
            let read: Vec<Decimal<'_>> = texts.iter().filter_map(|text| Decimal::parse(text)).collect();
            let tried = numbers(&texts);
            let wanted = place(&Decimal::parse(&number).unwrap(), &read);
            let found = tried.iter().any(|text| place(&Decimal::parse(text).unwrap(), &read) == wanted);
            prop_assert!(found, "{} {:?}", number, tried);
        }

        #[test]
        fn every_moment_lies_where_one_that_is_tried_does(
            thresholds in prop::collection::vec(0_u32..9, 1..4),
            other in 0_u32..9,
        ) {
            let text = |at: u32| format!("2026-01-01T00:00:0{}.{:09}Z", at / 3, at % 3 * 499_999_999);
            let texts: Vec<String> = thresholds.iter().map(|at| text(*at)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let read: Vec<Moment> = texts.iter().filter_map(|text| Moment::parse(text)).collect();
            let (tried, whole) = moments(&texts);
            prop_assert!(whole);
            let wanted = place(&Moment::parse(&text(other)).unwrap(), &read);
            let found = tried.iter().any(|text| place(&Moment::parse(text).unwrap(), &read) == wanted);
            prop_assert!(found, "{} {:?}", text(other), tried);
        }

        #[test]
        fn every_address_lies_where_one_that_is_tried_does(
            ranges in prop::collection::vec((0_u8..4, 24_u8..=32), 1..5),
            other in 0_u8..=255,
            v6 in any::<bool>(),
        ) {
            let texts: Vec<String> =
                ranges.iter().map(|(at, length)| format!("10.0.0.{}/{length}", at * 64)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let networks: Vec<ipnet::IpNet> = texts.iter().map(|text| text.parse().unwrap()).collect();
            let within = |address: &str| -> Vec<bool> {
                let address: IpAddr = address.parse().unwrap();
                networks.iter().map(|network| network.contains(&address)).collect()
            };
            let address = if v6 { format!("::{other}") } else { format!("10.0.0.{other}") };
            let tried = addresses(&texts);
            prop_assert!(tried.iter().any(|text| within(text) == within(&address)));
        }
    }

    #[test]
    fn the_ends_of_the_lines_are_no_limit() {
        assert!(addresses(&["0.0.0.0/0", "::/0"]).len() == 2);
        assert!(addresses(&["255.255.255.255"]).contains(&"255.255.255.255".to_owned()));
        assert!(!moments(&["9223372036854775807"]).1);
        assert!(moments(&["no date"]).1);
    }
}
