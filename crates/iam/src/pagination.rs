//! Lists in pages: `MaxItems` and `Marker` in, `IsTruncated` and `Marker` out.
//!
//! A page ends after an item, and the marker says which: the next page resumes
//! behind it, whether or not the item still exists. A marker names the item and
//! nothing else, so it needs no secret and nothing is kept for it.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use data_encoding::BASE64URL_NOPAD;
use stead_api::ApiError;

/// Items on a page when the caller does not say. Spec: `MaxItems` of each list
/// operation of the IAM API.
const ITEMS_DEFAULT: usize = 100;

/// Most items on a page. Spec: `maxItemsType` of the IAM model.
const ITEMS_MAX: usize = 1000;

/// Most bytes of a key that a marker carries: with two bytes before it, 310
/// characters. Spec: `markerType` of the IAM model has at most 320.
const KEY_BYTES_MAX: usize = 230;

/// The first byte of a marker: its format.
const FORMAT: u8 = 1;

/// Which page is asked for.
#[derive(Debug)]
pub(crate) struct PageRequest {
    after: Option<Position>,
    items_max: usize,
}

/// Where a page resumes: behind the `count`th item whose key begins so.
///
/// Keys that fit into a marker are whole and unique, and the count is 1. Of longer
/// ones, which only tags have, several may begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    // Bytes, since a long key is cut wherever the limit falls: cutting between
    // characters would not keep the order.
    key: Vec<u8>,
    count: u8,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// The items, in order.
    pub(crate) items: Vec<T>,
    /// Whether there are more.
    pub(crate) is_truncated: bool,
    /// What to send to get them.
    pub(crate) marker: Option<String>,
}

impl PageRequest {
    /// Reads what the caller sent; the decoder has checked the bounds.
    ///
    /// # Errors
    /// A marker that is none of ours.
    pub(crate) fn read(marker: Option<&str>, max_items: Option<i32>) -> Result<Self, ApiError> {
        let after = marker.map(Position::read).transpose()?;
        let items_max = max_items
            .map_or(ITEMS_DEFAULT, |items| usize::try_from(items).unwrap_or(1).clamp(1, ITEMS_MAX));
        Ok(Self { after, items_max })
    }

    /// The key behind which the page begins, to seek there; `None` to begin at the
    /// first item. It is a hint: [`Self::cut`] passes over what comes before the page.
    pub(crate) fn after(&self) -> Option<&str> {
        self.after.as_ref().and_then(|position| std::str::from_utf8(&position.key).ok())
    }

    /// The same page, with so many items where the caller did not say how many.
    pub(crate) fn unless_said(mut self, said: Option<i32>, items: usize) -> Self {
        if said.is_none() {
            self.items_max = items;
        }
        self
    }

    /// The same page with at most so many items, but one at least.
    pub(crate) fn at_most(mut self, items: usize) -> Self {
        self.items_max = self.items_max.min(items.max(1));
        self
    }

    /// The page, of items in the order of their keys. Items before the page may be
    /// among them or not.
    pub(crate) fn cut<T>(
        self,
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Page<T> {
        let mut position = self.after.unwrap_or(Position { key: Vec::new(), count: 0 });
        let mut items = items.into_iter().skip_while(position.clone().passed_over(&key));
        let mut page = Page { items: Vec::new(), is_truncated: false, marker: None };
        for item in items.by_ref().take(self.items_max) {
            position = position.advanced_to(shortened(key(&item)));
            page.items.push(item);
        }
        if items.next().is_some() {
            page.is_truncated = true;
            page.marker = Some(position.to_marker());
        }
        page
    }
}

impl Position {
    fn read(marker: &str) -> Result<Self, ApiError> {
        let bytes = BASE64URL_NOPAD.decode(marker.as_bytes()).map_err(|_| invalid_marker())?;
        match bytes.as_slice() {
            [FORMAT, count, key @ ..] if *count > 0 && key.len() <= KEY_BYTES_MAX => {
                Ok(Self { key: key.to_owned(), count: *count })
            }
            _ => Err(invalid_marker()),
        }
    }

    /// Whether an item belongs to the pages before; items are asked about in order.
    fn passed_over<T>(self, key: impl Fn(&T) -> String) -> impl FnMut(&T) -> bool {
        let Self { key: passed, mut count } = self;
        move |item| match shortened(key(item)).cmp(&passed) {
            Ordering::Less => true,
            Ordering::Equal if count > 0 => {
                count -= 1;
                true
            }
            Ordering::Equal | Ordering::Greater => false,
        }
    }

    fn advanced_to(self, key: Vec<u8>) -> Self {
        let count = if key == self.key { self.count.saturating_add(1) } else { 1 };
        Self { key, count }
    }

    fn to_marker(&self) -> String {
        BASE64URL_NOPAD.encode(&[[FORMAT, self.count].as_slice(), &self.key].concat())
    }
}

fn shortened(key: String) -> Vec<u8> {
    let mut key = key.into_bytes();
    key.truncate(KEY_BYTES_MAX);
    key
}

// Observed: ListVirtualMFADevices with a marker that is none (2026-02).
fn invalid_marker() -> ApiError {
    ApiError::validation("Invalid Marker.")
}
