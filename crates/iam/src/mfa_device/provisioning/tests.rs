use super::*;

fn of(device: &str, account: &str) -> Provisioning {
    Provisioning::of(&Secret::new(b"12345678901234567890".to_vec()), device, account)
}

#[test]
fn the_uri_is_the_documented_one() {
    assert_eq!(
        of("my-device", "111122223333").uri.expose(),
        "otpauth://totp/my-device@111122223333?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    );
    let odd = of("a+b=c,d@e", "al@ice");
    assert!(odd.uri.expose().starts_with("otpauth://totp/a%2Bb%3Dc%2Cd%40e@al%40ice?secret="));
}

#[test]
fn the_seed_is_base32_text() {
    assert_eq!(
        of("d", "a").base32_seed().expose(),
        &BASE32_NOPAD.encode(b"12345678901234567890").into_bytes()
    );
}

#[test]
fn the_longest_label_fits_a_picture() {
    for length in [1, 226] {
        let picture = of(&"@".repeat(length), &"@".repeat(64)).qr_code_png().unwrap();
        assert!(picture.expose().len() > 100 && picture.expose().len() < 200_000);
    }
}
