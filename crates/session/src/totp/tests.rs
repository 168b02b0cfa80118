use super::*;

/// RFC 6238, appendix B: the ASCII seed of its SHA-1 cases, whose codes have eight
/// digits there; the six of ours are the last six.
fn seed() -> Secret<Vec<u8>> {
    Secret::new(b"12345678901234567890".to_vec())
}

const CASES: [(i64, &str); 6] = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(seconds)
}

#[test]
fn the_cases_of_the_standard() {
    for (seconds, digits) in CASES {
        let step = Step::at(at(seconds));
        assert_eq!(code(&seed(), step).expose(), digits);
        assert_eq!(verify(&seed(), digits, at(seconds), Window::of_steps(0)), Some(step));
    }
}

#[test]
fn one_step_early_or_late_is_accepted_and_named() {
    let step = Step::from_number(1_000_000);
    let shown = code(&seed(), step);
    for (seconds, expected) in [
        (29_999_969, None),
        (29_999_970, Some(step)),
        (30_000_000, Some(step)),
        (30_000_029, Some(step)),
        (30_000_059, Some(step)),
        (30_000_060, None),
    ] {
        let found = verify(&seed(), shown.expose(), at(seconds), Window::USUAL);
        assert_eq!(found, expected, "{seconds}");
    }
}

#[test]
fn texts_that_are_no_codes_are_refused() {
    for bad in ["", "28708", "2870820", "28708a", "287081", " 287082", "٢٨٧٠٨٢", "+87082"] {
        assert_eq!(verify(&seed(), bad, at(59), Window::USUAL), None, "{bad}");
    }
    let other = Secret::new(b"12345678901234567891".to_vec());
    assert_eq!(verify(&other, "287082", at(59), Window::USUAL), None);
}

#[test]
fn two_codes_must_follow_one_another() {
    let now = at(1_000_000 * 30);
    let shown = |number| code(&seed(), Step::from_number(number));
    let check = |first: u64, second: u64| {
        let (first, second) = (shown(first), shown(second));
        let found =
            verify_consecutive(&seed(), first.expose(), second.expose(), now, Window::USUAL);
        found.map(Step::number)
    };
    assert_eq!(check(999_999, 1_000_000), Some(1_000_000));
    assert_eq!(check(1_000_000, 1_000_001), Some(1_000_001));
    assert_eq!(check(999_998, 999_999), Some(999_999));
    for (first, second) in [
        (1_000_000, 1_000_000),
        (1_000_000, 999_999),
        (999_999, 1_000_001),
        (1_000_001, 1_000_002),
        (999_997, 999_998),
    ] {
        assert_eq!(check(first, second), None, "{first} {second}");
    }
}

#[test]
fn of_two_steps_with_one_code_the_later_is_named() {
    // The first two steps with one code that a window of 200 steps around step
    // 1,000 holds; a search keeps the test free of magic numbers.
    let codes: Vec<_> = (800..=1_200).map(|n| code(&seed(), Step::from_number(n))).collect();
    let now = at(1_000 * 30);
    for (index, shown) in codes.iter().enumerate() {
        let later = codes.iter().rposition(|other| other == shown).unwrap_or(index);
        let found = verify(&seed(), shown.expose(), now, Window::of_steps(200));
        assert_eq!(found.map(Step::number), Some(800 + later as u64));
    }
}

#[test]
fn the_first_step_has_none_before_it() {
    assert_eq!(Step::at(at(-1)).number(), 0);
    let first = code(&seed(), Step::from_number(0));
    let found = verify(&seed(), first.expose(), at(0), Window::USUAL);
    assert_eq!(found.map(Step::number), Some(0));
}
