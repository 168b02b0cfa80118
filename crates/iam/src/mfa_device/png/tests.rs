use super::*;

#[test]
fn the_checksums_are_those_of_public_examples() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    assert_eq!(crc32(b"IEND"), 0xae42_6082);
    assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
}

#[test]
fn a_picture_is_one_header_one_data_and_one_end_chunk() {
    // Nine pixels a side: two bytes a row.
    let picture = black_and_white(9, |x, y| x == y).unwrap();
    assert_eq!(&picture[..8], &SIGNATURE);
    assert_eq!(
        &picture[8..33],
        b"\0\0\0\x0dIHDR\0\0\0\x09\0\0\0\x09\x01\0\0\0\0\xc8\xea\x3b\xbd".as_slice()
    );
    let rows = &picture[33 + 8 + 2 + 5..33 + 8 + 2 + 5 + 27];
    assert_eq!(&rows[..6], &[0, 0b0111_1111, 0b1000_0000, 0, 0b1011_1111, 0b1000_0000]);
    assert_eq!(&rows[24..], &[0, 0b1111_1111, 0]);
    assert!(picture.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
}

#[test]
fn data_of_several_blocks_is_stored_whole() {
    let bytes = vec![7; BLOCK_BYTES_MAX + 1];
    let stream = stored(&bytes);
    assert_eq!(&stream[..7], &[0x78, 0x01, 0, 0xff, 0xff, 0, 0]);
    let second = 2 + 5 + BLOCK_BYTES_MAX;
    assert_eq!(&stream[second..second + 6], &[1, 1, 0, 0xfe, 0xff, 7]);
    assert_eq!(stream.len(), second + 6 + 4);
}
