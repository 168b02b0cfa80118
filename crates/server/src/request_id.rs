//! The id that ties an answer to its log lines.

use std::fmt;

use stead_types::Entropy;

/// The id of one request, in the shape AWS uses: `8b9f0e0e-4d4f-4e34-9d5a-0c9b3a5d2f10`.
///
/// It stands in the body, in the `x-amzn-RequestId` header and in every log line
/// of the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A random id (UUID version 4).
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0_u8; 16];
        entropy.fill(&mut bytes);
        // Spec: RFC 9562 section 5.4, version 4 and the variant of that RFC.
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = (*version & 0x0f) | 0x40;
        *variant = (*variant & 0x3f) | 0x80;
        Self(bytes)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Entropy for Ones {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(0xff);
        }
    }

    #[test]
    fn an_id_is_a_version_four_uuid() {
        assert_eq!(
            RequestId::generate(&mut Ones).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
