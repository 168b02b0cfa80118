//! The specification read literally, without a thought for speed, and sharing no
//! code with the crate: what both say must be the same.

use std::collections::BTreeMap;
use std::fmt::Write;

use aws_lc_rs::{digest, hmac};
use stead_sigv4::{PathEncoding, PathNormalisation, PlusInQuery, Settings};

/// The canonical request of a request whose signature is in its headers.
pub(crate) fn canonical_request(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(String, Vec<u8>)],
    signed: &[String],
    payload: &str,
    settings: &Settings,
) -> Vec<u8> {
    let mut lines = vec![
        method.as_bytes().to_vec(),
        canonical_path(path, settings).into_bytes(),
        canonical_query(query, settings).into_bytes(),
    ];
    let mut by_name: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for (name, value) in headers {
        by_name.entry(name.to_lowercase()).or_default().push(trim_all(value));
    }
    let mut signed = signed.to_vec();
    signed.sort();
    for name in &signed {
        lines.push([name.as_bytes(), b":", &by_name[name].join(&b","[..])].concat());
    }
    lines.push(Vec::new());
    lines.push(signed.join(";").into_bytes());
    lines.push(payload.into());
    lines.join(&b"\n"[..])
}

pub(crate) fn signature(secret: &str, time: &str, scope: &[&str; 4], canonical: &[u8]) -> String {
    let string_to_sign = format!(
        "AWS4-HMAC-SHA256\n{time}\n{}\n{}",
        scope.join("/"),
        hex(digest::digest(&digest::SHA256, canonical).as_ref())
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope {
        key = mac(&key, part.as_bytes());
    }
    hex(&mac(&key, string_to_sign.as_bytes()))
}

pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, data).as_ref())
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn uri_encode(bytes: &[u8]) -> String {
    const UNRESERVED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    let encode = |byte: &u8| match UNRESERVED.find(char::from(*byte)) {
        Some(_) => char::from(*byte).to_string(),
        None => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}

/// The text is known to be well-formed: the generators see to it.
fn uri_decode(text: &str, plus: PlusInQuery) -> Vec<u8> {
    let mut pieces = text.split('%');
    let plain = |piece: &str| match plus {
        PlusInQuery::Space => piece.replace('+', " ").into_bytes(),
        PlusInQuery::Literal => piece.as_bytes().to_vec(),
    };
    let mut bytes = plain(pieces.next().unwrap());
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend(plain(&piece[2..]));
    }
    bytes
}

pub(crate) fn canonical_query(query: &str, settings: &Settings) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let recode = |text| uri_encode(&uri_decode(text, settings.plus));
            (recode(name), recode(value))
        })
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

pub(crate) fn canonical_path(path: &str, settings: &Settings) -> String {
    let mut path = path.to_string();
    if settings.path_normalisation == PathNormalisation::Normalise {
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        path = remove_dot_segments(&path);
    }
    let encode = |segment: &str| match settings.path_encoding {
        PathEncoding::Double => uri_encode(segment.as_bytes()),
        PathEncoding::Single => uri_encode(&uri_decode(segment, PlusInQuery::Literal)),
    };
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// RFC 3986, section 5.2.4, step by step, for a path that begins with a slash.
fn remove_dot_segments(path: &str) -> String {
    let mut input = path.to_string();
    let mut output = String::new();
    while !input.is_empty() {
        if let Some(rest) = input.strip_prefix("/./") {
            input = format!("/{rest}");
        } else if input == "/." {
            input = "/".into();
        } else if let Some(rest) = input.strip_prefix("/../") {
            input = format!("/{rest}");
            output.truncate(output.rfind('/').unwrap_or(0));
        } else if input == "/.." {
            input = "/".into();
            output.truncate(output.rfind('/').unwrap_or(0));
        } else {
            let end = input[1..].find('/').map_or(input.len(), |at| at + 1);
            output.push_str(&input[..end]);
            input = input[end..].to_string();
        }
    }
    output
}

fn trim_all(value: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for byte in value {
        let byte = if b" \t\r\n".contains(byte) { b' ' } else { *byte };
        if byte != b' ' || out.last().is_some_and(|last| *last != b' ') {
            out.push(byte);
        }
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    out
}
