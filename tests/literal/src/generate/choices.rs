/// Where choices come from.
pub trait Choices {
    /// A number below the bound, which is not 0.
    fn below(&mut self, bound: usize) -> usize;

    /// True in so many of a hundred cases; false once the choices are used up.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }
}

/// One of them.
pub(super) fn pick<'a, T: ?Sized>(choices: &mut dyn Choices, from: &[&'a T]) -> &'a T {
    from[choices.below(from.len())]
}

/// One of them, most often one of the first three: so that two picks are often equal.
pub(super) fn pick_common<'a, T: ?Sized>(choices: &mut dyn Choices, from: &[&'a T]) -> &'a T {
    let common = if choices.percent(60) { from.len().min(3) } else { from.len() };
    from[choices.below(common)]
}

/// The choices of a seed: SplitMix64 (Steele, Lea, Flood: Fast splittable
/// pseudorandom number generators, 2014), the same on every machine.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// Those of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Choices for Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % bound as u64).expect("a bound that is a usize")
    }
}

/// The choices of a fuzzer's bytes: one byte for each, and zero behind the last.
#[derive(Clone, Debug)]
pub struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    /// Those of these bytes.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }
}

impl Choices for Bytes<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % bound
    }
}
