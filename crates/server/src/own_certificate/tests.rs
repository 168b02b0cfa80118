use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::*;
use crate::scratch::Scratch;

const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

fn days(count: u64) -> Duration {
    Duration::from_secs(count * DAY)
}

fn name(text: &str) -> CertificateName {
    CertificateName::parse(text).unwrap()
}

fn own_names() -> Vec<CertificateName> {
    let further = ["sts.amazonaws.com", "sts.eu-west-1.amazonaws.com", "iam.amazonaws.com"];
    names(Ipv4Addr::new(192, 0, 2, 7).into(), &further.map(name))
}

/// Whether a client that trusts the authority believes that this certificate is of `name`.
fn believes(authority: &CertificateDer<'_>, certificate: &CertificateDer<'_>, name: &str) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    let now = u64::try_from(NOW.epoch_seconds()).unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let verdict = verifier.build().unwrap().verify_server_cert(certificate, &[], &name, &[], now);
    verdict.is_ok()
}

#[test]
fn clients_that_trust_the_authority_believe_the_names_and_no_others() {
    let made = Made::new(&own_names(), NOW).unwrap();
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let (authority, certificate) = (der(&made.authority), der(&made.certificate));
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "192.0.2.7",
        "sts.amazonaws.com",
        "sts.eu-west-1.amazonaws.com",
        "iam.amazonaws.com",
    ] {
        assert!(believes(&authority, &certificate, name), "{name}");
    }
    for name in ["example.com", "192.0.2.8", "sts.us-east-1.amazonaws.com", "amazonaws.com"] {
        assert!(!believes(&authority, &certificate, name), "{name}");
    }
}

/// Whatever the authority signed: it is not believed of other names.
#[test]
fn the_authority_is_constrained_to_its_names() {
    let authority_key = KeyPair::generate().unwrap();
    let authority = authority(&own_names(), NOW);
    let signed = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let believed = |text: &str| {
        let key = KeyPair::generate().unwrap();
        let certificate = certificate(&[name(text)], NOW).unwrap();
        let certificate = certificate.signed_by(&key, &issuer).unwrap();
        believes(signed.der(), certificate.der(), text)
    };
    for name in ["localhost", "192.0.2.7", "::1", "iam.amazonaws.com"] {
        assert!(believed(name), "{name}");
    }
    for name in [
        "example.com",
        "s3.amazonaws.com",
        "amazonaws.com",
        "192.0.2.8",
        "10.0.0.1",
        "::2",
        "2001:db8::1",
    ] {
        assert!(!believed(name), "{name}");
    }
}

#[test]
fn files_stay_until_the_names_change_or_their_end_is_near() {
    let scratch = Scratch::new("own-certificate");
    let data = scratch.path();
    let read = |names: &[CertificateName], now: Timestamp| {
        let files = prepare(data, names, now).unwrap();
        let authority = ProfileFiles::of(data).authority();
        [files.certificate, files.key, authority].map(|path| std::fs::read(path).unwrap())
    };
    let first = read(&own_names(), NOW);
    assert_eq!(read(&own_names(), NOW.plus(days(824 - 90 - 1))), first);
    let mut others = own_names();
    others.pop();
    let second = read(&others, NOW);
    assert!(second.iter().zip(&first).all(|(now, before)| now != before));
    let third = read(&others, NOW.plus(days(824 - 90)));
    assert!(third.iter().zip(&second).all(|(now, before)| now != before));
    std::fs::remove_file(ProfileFiles::of(data).authority()).unwrap();
    let fourth = read(&others, NOW.plus(days(824 - 90)));
    assert_ne!(fourth[2], third[2]);
    // What was made by a clock that was ahead is made again by one that is right.
    let fifth = read(&others, NOW);
    assert!(fifth.iter().zip(&fourth).all(|(now, before)| now != before));
    for file in ["certificate.pem", "key.pem"] {
        let path = data.join("tls").join(file);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(read(&others, NOW).iter().all(|file| !fifth.contains(file)), "{file}");
    }
}

#[test]
fn what_was_there_before_can_be_put_back() {
    let scratch = Scratch::new("own-certificate-before");
    let data = scratch.path();
    let paths = || {
        let authority = ProfileFiles::of(data).authority();
        let of = |name| data.join("tls").join(name);
        [of("made-for"), of("key.pem"), of("certificate.pem"), authority]
    };
    let read = || paths().map(|path| std::fs::read(path).unwrap());
    prepare(data, &own_names(), NOW).unwrap();
    let first = read();
    // A clock that is years ahead.
    prepare(data, &own_names(), NOW.plus(days(4_000))).unwrap();
    assert!(read().iter().zip(&first).all(|(now, before)| now != before));
    for path in paths() {
        std::fs::rename(format!("{}.before", path.display()), path).unwrap();
    }
    prepare(data, &own_names(), NOW).unwrap();
    assert_eq!(read(), first);
}

#[test]
fn the_authoritys_key_is_nowhere_and_the_servers_key_is_its_owners() {
    let scratch = Scratch::new("own-certificate-keys");
    let files = prepare(scratch.path(), &own_names(), NOW).unwrap();
    let mode = std::fs::metadata(&files.key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut found: Vec<String> = ["tls", "aws"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(scratch.path().join(folder)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, ["ca.pem", "certificate.pem", "key.pem", "made-for"]);
    let text = std::fs::read_to_string(ProfileFiles::of(scratch.path()).authority()).unwrap();
    assert!(text.starts_with("-----BEGIN CERTIFICATE-----\n") && !text.contains("KEY"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 64), "{text}");
}

#[test]
fn an_address_that_stands_for_all_is_no_name_and_aws_is_named_by_who_asks_for_it() {
    let of = |address: &str, further: &[&str]| {
        let further: Vec<_> = further.iter().map(|text| name(text)).collect();
        let names = names(address.parse().unwrap(), &further);
        names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let loopback = "localhost 127.0.0.1 ::1";
    for address in ["0.0.0.0", "::", "127.0.0.1", "::1", "::ffff:0.0.0.0"] {
        assert_eq!(of(address, &[]), loopback, "{address}");
    }
    assert_eq!(of("::ffff:192.0.2.7", &[]), format!("{loopback} 192.0.2.7"));
    assert_eq!(
        of("192.0.2.7", &["sts.amazonaws.com", "192.0.2.7", "a.example", "localhost"]),
        format!("{loopback} 192.0.2.7 a.example sts.amazonaws.com")
    );
}

#[test]
fn why_a_certificate_is_made_is_known() {
    let scratch = Scratch::new("own-certificate-why");
    let note_of = scratch.path().join("made-for");
    let standing =
        |is_whole, names: &[CertificateName], now| Standing::of(&note_of, is_whole, names, now);
    assert_eq!(standing(false, &own_names(), NOW), Standing::Absent);
    let end = NOW.plus(days(91));
    for (text, is_whole, now, expected) in [
        (note(&own_names(), end), true, NOW, Standing::Good),
        (note(&own_names(), end), true, NOW.plus(days(1)), Standing::EndsSoon),
        (note(&own_names(), end), false, NOW, Standing::Incomplete),
        (note(&own_names(), begins(NOW).plus(LIFETIME)), true, NOW, Standing::Good),
        (note(&own_names(), NOW.plus(LIFETIME)), true, NOW, Standing::Good),
        (note(&own_names(), NOW.plus(days(826))), true, NOW, Standing::BeginsLater),
        (note(&own_names()[1..], end), true, NOW, Standing::OtherNames),
        (String::new(), true, NOW, Standing::Incomplete),
        ("no moment\n".to_owned(), true, NOW, Standing::Incomplete),
    ] {
        std::fs::write(&note_of, text).unwrap();
        assert_eq!(standing(is_whole, &own_names(), now), expected);
    }
}
