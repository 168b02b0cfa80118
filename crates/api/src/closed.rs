//! Texts of which the model lists every allowed value.

/// A closed set of texts, such as [`iam::StatusType`](crate::iam::StatusType): what
/// codecs are generic over.
pub trait ClosedSet: Copy + 'static {
    /// Every value, in the model's order.
    fn values() -> &'static [Self];

    /// The value as it is written on the wire.
    fn text(self) -> &'static str;

    /// The value that is written so; case matters.
    fn from_text(text: &str) -> Option<Self>;
}

/// Defines an enum whose variants are the values of a closed set on the wire.
macro_rules! closed_set {
    ($name:ident, $shape:literal; $($variant:ident = $text:literal;)+) => {
        #[doc = concat!("The values of `", $shape, "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`")]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in the model's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The value that is written so; case matters.
            #[must_use]
            pub fn from_wire(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl $crate::ClosedSet for $name {
            fn values() -> &'static [Self] {
                Self::ALL
            }

            fn text(self) -> &'static str {
                self.as_str()
            }

            fn from_text(text: &str) -> Option<Self> {
                Self::from_wire(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use closed_set;
