//! Looking for what is not one literal: a chunk with `?` or with variables.

use super::Piece;
use crate::{Context, effort};

/// How many neighbouring places are tried together. One comparison of as many bytes
/// is a few instructions, and places that still fit are worth looking at only rarely.
const LANES: usize = 64;

/// What is left of the text behind the leftmost place where the chunk stands.
///
/// `?` is one character. Where it cannot be told from one byte, because the text has
/// other characters than ASCII, characters are compared, else bytes.
pub(super) fn find<'t>(chunk: &[Piece], text: &'t str, context: &Context) -> Option<&'t str> {
    let wild = |piece: &Piece| *piece == Piece::One;
    let ones = chunk.iter().filter(|piece| wild(piece)).count();
    let resolved = || chunk.iter().map(|piece| (piece.literal(context), wild(piece)));
    if resolved().any(|(literal, wild)| literal.is_none() && !wild) {
        return None;
    }
    let literals = || resolved().map(|(literal, wild)| (literal.unwrap_or_default(), wild));
    if ones == 0 || text.is_ascii() {
        let elements = literals()
            .flat_map(|(literal, wild)| literal.bytes().map(Some).chain(wild.then_some(None)));
        let length = ones + literals().map(|(literal, _)| literal.len()).sum::<usize>();
        let start = leftmost(text.bytes(), text.len(), elements, length)?;
        return text.get(start + length..);
    }
    let elements = literals()
        .flat_map(|(literal, wild)| literal.chars().map(Some).chain(wild.then_some(None)));
    let length = ones + literals().map(|(literal, _)| literal.chars().count()).sum::<usize>();
    let start = leftmost(text.chars(), text.chars().count(), elements, length)?;
    let mut behind = text.chars();
    for _ in 0..start + length {
        behind.next()?;
    }
    Some(behind.as_str())
}

/// The first place of the text at which every element stands; `None` among the
/// elements is any character.
fn leftmost<U: Copy + Default + PartialEq>(
    mut text: impl Iterator<Item = U> + Clone,
    text_length: usize,
    elements: impl Iterator<Item = Option<U>> + Clone,
    length: usize,
) -> Option<usize> {
    let places = (text_length + 1).checked_sub(length)?;
    for first in (0..places).step_by(LANES) {
        let mut fits: [bool; LANES] = std::array::from_fn(|lane| first + lane < places);
        sieve(&mut fits, text.clone(), elements.clone());
        if let Some(lane) = fits.iter().position(|fits| *fits) {
            return Some(first + lane);
        }
        text.nth(LANES - 1)?;
    }
    None
}

/// Leaves the lanes at which every element stands, a lane being as many characters
/// into the text. Lanes that reach beyond the text must have been left out before.
fn sieve<U: Copy + Default + PartialEq>(
    fits: &mut [bool; LANES],
    mut text: impl Iterator<Item = U>,
    elements: impl Iterator<Item = Option<U>>,
) {
    // What the lanes look at, and as much again that they will look at.
    let mut window = [[U::default(); LANES]; 2];
    fill(window.as_flattened_mut(), &mut text);
    let mut offset = 0;
    for element in elements {
        effort::count(1);
        if offset == LANES {
            let [seen, next] = &mut window;
            *seen = *next;
            fill(next, &mut text);
            offset = 0;
        }
        let looked_at = window.as_flattened().get(offset..).and_then(<[U]>::first_chunk::<LANES>);
        if let (Some(wanted), Some(looked_at)) = (element, looked_at) {
            let mut any = false;
            for (fits, unit) in fits.iter_mut().zip(looked_at) {
                *fits &= *unit == wanted;
                any |= *fits;
            }
            if !any {
                return;
            }
        }
        offset += 1;
    }
}

fn fill<U>(places: &mut [U], text: &mut impl Iterator<Item = U>) {
    for (place, unit) in places.iter_mut().zip(text) {
        *place = unit;
    }
}
