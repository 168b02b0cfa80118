//! Members of requests.

/// A member of a request: what it is called, and how it is read.
pub(crate) struct Member<Input, Value: ?Sized> {
    /// The name of the field.
    pub(crate) name: &'static str,
    /// Reads it.
    pub(crate) of: fn(&Input) -> &Value,
}

impl<Input, Value: ?Sized> Clone for Member<Input, Value> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Input, Value: ?Sized> Copy for Member<Input, Value> {}

/// The member of this name.
macro_rules! member {
    ($name:ident) => {
        $crate::authorization::Member { name: stringify!($name), of: |input| &input.$name }
    };
}

pub(crate) use member;
