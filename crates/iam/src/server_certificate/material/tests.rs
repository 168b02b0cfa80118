use super::*;

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../../tests/server-certificates/", $name))
    };
}

const LEAF: &str = file!("leaf.pem");
const LEAF_KEY: &str = file!("leaf.key");
const RSA: &str = file!("rsa.pem");
const INTERMEDIATE: &str = file!("intermediate.pem");
const ROOT: &str = file!("root.pem");

fn read(body: &str, key: &str, chain: Option<&str>) -> Result<Material, MaterialFault> {
    Material::read(body, key, chain, "2026-03-01T12:00:00Z".parse().unwrap())
}

#[test]
fn a_certificate_goes_with_its_own_key_in_any_encoding() {
    for (body, key) in [
        (LEAF, LEAF_KEY),
        (LEAF, file!("leaf-sec1.key")),
        (RSA, file!("rsa.key")),
        (RSA, file!("rsa-pkcs8.key")),
        (file!("rsa-1024.pem"), file!("rsa-1024.key")),
    ] {
        let read = read(body, key, None).unwrap();
        assert_eq!((read.body.as_str(), read.chain), (body.trim(), None));
        assert_eq!(read.expires_at.to_string(), "2046-01-01T00:00:00Z");
    }
    for (body, key) in [
        (LEAF, file!("rsa.key")),
        (RSA, LEAF_KEY),
        (RSA, file!("rsa-1024.key")),
        (file!("rsa-1024.pem"), file!("rsa.key")),
        (INTERMEDIATE, file!("rsa.key")),
    ] {
        assert_eq!(read(body, key, None), Err(MaterialFault::KeyPair));
    }
}

#[test]
fn what_is_no_certificate_or_key_is_refused() {
    for bad in ["", "none", LEAF_KEY, &LEAF.replace('M', "N"), &format!("{LEAF}{LEAF}")] {
        assert_eq!(read(bad, LEAF_KEY, None), Err(MaterialFault::Certificate), "{bad}");
    }
    let cut = file!("rsa.key").replace("\n-----END", "AAAA\n-----END");
    for bad in
        ["", "none", LEAF, file!("rsa-encrypted.key"), &cut, &LEAF_KEY.replace("PRIVATE", "PUBLIC")]
    {
        assert_eq!(read(LEAF, bad, None), Err(MaterialFault::PrivateKey), "{bad}");
    }
}

#[test]
fn a_certificate_is_taken_while_it_is_valid() {
    assert_eq!(read(file!("expired.pem"), LEAF_KEY, None), Err(MaterialFault::Expired));
    assert_eq!(read(file!("later.pem"), LEAF_KEY, None), Err(MaterialFault::NotYetValid));
    for (moment, expected) in [
        ("2025-12-31T23:59:59Z", Some(MaterialFault::NotYetValid)),
        ("2026-01-01T00:00:00Z", None),
        ("2046-01-01T00:00:00Z", None),
        ("2046-01-01T00:00:01Z", Some(MaterialFault::Expired)),
    ] {
        let read = Material::read(LEAF, LEAF_KEY, None, moment.parse().unwrap());
        assert_eq!(read.err(), expected, "{moment}");
    }
}

#[test]
fn a_chain_leads_from_the_certificate_on() {
    let both = format!("{INTERMEDIATE}{ROOT}");
    for good in [INTERMEDIATE, &both, &format!("\n{both}{ROOT}\n")] {
        let read = read(LEAF, LEAF_KEY, Some(good)).unwrap();
        assert_eq!(read.chain.as_deref(), Some(good.trim()));
    }
    let broken = |index| MaterialFault::ChainOrder { index };
    for (bad, fault) in [
        ("", MaterialFault::Chain),
        ("none", MaterialFault::Chain),
        (LEAF_KEY, MaterialFault::Chain),
        (&format!("text\n{INTERMEDIATE}"), MaterialFault::Chain),
        (&ROOT.repeat(CHAIN_CERTIFICATES_MAX + 1), MaterialFault::Chain),
        (ROOT, broken(-1)),
        (RSA, broken(-1)),
        (LEAF, broken(-1)),
        (&format!("{ROOT}{INTERMEDIATE}"), broken(-1)),
        (&format!("{INTERMEDIATE}{LEAF}"), broken(1)),
        (&format!("{INTERMEDIATE}{INTERMEDIATE}"), broken(1)),
        (&format!("{both}{INTERMEDIATE}"), broken(2)),
    ] {
        assert_eq!(read(LEAF, LEAF_KEY, Some(bad)), Err(fault), "{bad}");
    }
    let longest = format!("{INTERMEDIATE}{}", ROOT.repeat(CHAIN_CERTIFICATES_MAX - 1));
    assert!(read(LEAF, LEAF_KEY, Some(&longest)).is_ok());
}
