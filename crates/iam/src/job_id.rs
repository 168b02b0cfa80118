//! Ids of jobs that later calls ask about.

use stead_types::Entropy;

/// A random id in the form of a UUID of version 4 (RFC 9562), 36 characters.
pub(crate) fn generate(entropy: &mut dyn Entropy) -> String {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes);
    let mut number = u128::from_be_bytes(bytes);
    number = (number & !(0xF << 76)) | (0x4 << 76);
    number = (number & !(0x3 << 62)) | (0x2 << 62);
    let hex = format!("{number:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same(u8);

    impl Entropy for Same {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn an_id_is_a_random_uuid() {
        assert_eq!(generate(&mut Same(0)), "00000000-0000-4000-8000-000000000000");
        assert_eq!(generate(&mut Same(0xff)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
