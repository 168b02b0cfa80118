use std::fmt;

/// A secret as it rests: encrypted by the caller, opaque bytes here.
///
/// Not a `Secret`, since without the key beside it it tells nothing; `Debug`
/// shows only its length all the same.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedSecret(Box<[u8]>);

impl WrappedSecret {
    /// Takes bytes that are encrypted already.
    #[must_use]
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The encrypted bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for WrappedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WrappedSecret({} bytes)", self.0.len())
    }
}
