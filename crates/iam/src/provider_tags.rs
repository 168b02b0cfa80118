//! The tags of identity providers, of either kind.

/// The three operations on the tags of a kind of provider. Only the names in the model
/// tell the kinds apart: its operations, their members, and what the module has under
/// the names `find` and `parse`.
macro_rules! provider_tags {
    ($kind:ident, $arn:ident,
     $tag:ident($tag_in:ident) -> $tag_out:ident,
     $untag:ident($untag_in:ident) -> $untag_out:ident,
     $list:ident($list_in:ident) -> $list_out:ident $(,)?) => {
        use stead_api::ApiError;
        use stead_api::iam::{
            $list, $list_in, $list_out, $tag, $tag_in, $tag_out, $untag, $untag_in, $untag_out,
        };
        use stead_authorizer::Authorized;
        use stead_directory::commands::tags::{self as command, Taggable};
        use stead_service::{Call, Handle, Work};

        use super::{find, parse};
        use crate::error::api_error;
        use crate::pagination::PageRequest;
        use crate::{Iam, input, view};

        impl Handle<$tag> for Iam {
            fn execute(
                _permit: Authorized<$tag>,
                input: $tag_in,
                _call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<$tag_out, ApiError> {
                let arn = parse(&input.$arn)?;
                let tags = input::tags(&input.tags)?;
                command::tag(work.draft, Taggable::$kind(&arn), tags).map_err(api_error)?;
                Ok($tag_out {})
            }
        }

        impl Handle<$untag> for Iam {
            fn execute(
                _permit: Authorized<$untag>,
                input: $untag_in,
                _call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<$untag_out, ApiError> {
                let arn = parse(&input.$arn)?;
                let keys = input::tag_keys(&input.tag_keys)?;
                command::untag(work.draft, Taggable::$kind(&arn), &keys).map_err(api_error)?;
                Ok($untag_out {})
            }
        }

        impl Handle<$list> for Iam {
            fn execute(
                _permit: Authorized<$list>,
                input: $list_in,
                call: &Call<'_>,
                _work: &mut Work<'_>,
            ) -> Result<$list_out, ApiError> {
                let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
                let provider = find(&input.$arn, call.account)?;
                let page = page.cut(view::resource_tags(&provider.tags), view::resource_tag_key);
                Ok($list_out {
                    tags: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                })
            }
        }
    };
}

pub(crate) use provider_tags;
