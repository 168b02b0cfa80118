//! PNG pictures of two colours: the one kind that is needed here.
//!
//! Spec: W3C "Portable Network Graphics", third edition, with the data in stored
//! blocks of RFC 1951: a QR code is a few kilobytes, and not worth a compressor.

#[cfg(test)]
mod tests;

use stead_api::ApiError;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];

/// Most bytes of a stored block. Spec: RFC 1951, section 3.2.4.
const BLOCK_BYTES_MAX: usize = 0xffff;

/// A square picture that is black where `dark(x, y)` says so, and white elsewhere.
///
/// # Errors
/// A side of 2^32 pixels or more, of which there is none.
pub(super) fn black_and_white(
    side: usize,
    dark: impl Fn(usize, usize) -> bool,
) -> Result<Vec<u8>, ApiError> {
    let pixels =
        u32::try_from(side).map_err(|_| ApiError::internal("a picture too large for PNG"))?;
    // One bit a pixel, shades of grey, and the only methods that there are.
    let header = [&pixels.to_be_bytes(), &pixels.to_be_bytes(), [1, 0, 0, 0, 0].as_slice()];
    let mut picture = SIGNATURE.to_vec();
    chunk(&mut picture, b"IHDR", &header.concat())?;
    chunk(&mut picture, b"IDAT", &stored(&scanlines(side, dark)))?;
    chunk(&mut picture, b"IEND", &[])?;
    Ok(picture)
}

/// The rows, each behind the byte that says that it is not filtered. A set bit is white.
fn scanlines(side: usize, dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let mut lines = Vec::with_capacity(side * (side / 8 + 2));
    for y in 0..side {
        lines.push(0);
        lines.extend((0..side.div_ceil(8)).map(|byte| {
            (0..8).fold(0_u8, |bits, bit| {
                let x = byte * 8 + bit;
                (bits << 1) | u8::from(x < side && !dark(x, y))
            })
        }));
    }
    lines
}

/// The bytes as a zlib stream that stores them as they are.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(BLOCK_BYTES_MAX).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn chunk(picture: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) -> Result<(), ApiError> {
    let length =
        u32::try_from(data.len()).map_err(|_| ApiError::internal("a chunk too long for PNG"))?;
    let checked = [kind.as_slice(), data].concat();
    picture.extend(length.to_be_bytes());
    picture.extend(&checked);
    picture.extend(crc32(&checked).to_be_bytes());
    Ok(())
}

/// Spec: PNG, annex "Sample CRC implementation": the polynomial, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = 0_u32.wrapping_sub(crc & 1);
            (crc >> 1) ^ (0xedb8_8320 & carry)
        })
    })
}

/// Spec: RFC 1950, section 9.
fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16) | low
}
