use crate::{Context, ContextBuilder};

/// What is supposed of a key that is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supposed {
    /// The key is absent.
    Absent,
    /// It has one value.
    Single(String),
    /// It has several values, or is of the kind that can have several: at least one.
    Multi(Vec<String>),
    /// It has a binary value.
    Binary(Vec<u8>),
}

/// Something supposed of some unknown keys of a context.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Completion {
    /// The keys, as policies write them, with what is supposed of them.
    pub keys: Vec<(String, Supposed)>,
}

impl Completion {
    /// The context in which what is supposed is so. Other unknown keys stay unknown.
    #[must_use]
    pub fn complete(&self, context: &Context) -> Context {
        let suppose = |builder: ContextBuilder, (key, supposed): &(String, Supposed)| {
            supposed.add_to(builder, key)
        };
        self.keys.iter().fold(context.to_builder(), suppose).build()
    }
}

impl Supposed {
    pub(crate) fn add_to(&self, builder: ContextBuilder, key: &str) -> ContextBuilder {
        match self {
            Self::Absent => builder.absent(key),
            Self::Single(value) => builder.single(key, value),
            Self::Multi(values) => builder.multi(key, values),
            Self::Binary(value) => builder.binary(key, value),
        }
    }
}
