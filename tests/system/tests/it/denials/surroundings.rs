//! What no account tells of a case: how its issuer answers, where STS is switched off, when
//! and for which region the call was signed.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use stead_system_tests::Signing;
use stead_types::Timestamp;
use stead_world::TokenKey;

use super::case::Case;

/// An address of a private network. Nothing is sent there: it is refused before.
const PRIVATE: &str = "https://10.0.0.1";

/// Whether a case has a server of its own, since others could not be answered beside it.
pub(crate) fn are_its_own(case: &Case) -> bool {
    let environment = &case.attempt["environment"];
    environment["jwksReachable"] == false
        || environment["providerTlsThumbprint"].is_string()
        || inactive_region(case).is_some()
}

/// The region in which STS is switched off.
pub(crate) fn inactive_region(case: &Case) -> Option<&str> {
    let environment = &case.attempt["environment"];
    environment["stsRegion"].as_str().filter(|_| environment["stsRegionActive"] == false)
}

/// How the call is signed: for the region of the case, and as far from now as it was then.
pub(crate) fn signed_as_then<'a>(case: &'a Case, usual: Signing<'a>) -> Signing<'a> {
    let environment = &case.attempt["environment"];
    let moment = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let region = environment["stsRegion"].as_str().unwrap_or(usual.region);
    let ahead = moment(&environment["requestSignedAt"])
        .zip(moment(&case.attempt["time"]))
        .map_or(0, |(signed_at, then)| signed_at.seconds_since(then));
    let at = Timestamp::from_epoch_seconds(usual.at.epoch_seconds() + ahead);
    Signing { region, at, ..usual }
}

/// What the configuration says of the issuer of a case: its keys are those of a file, it has
/// private addresses only, or it shows a certificate that nobody trusts.
pub(crate) fn issuer(case: &Case, key: &TokenKey, keys: &Path) -> Result<Option<(String, String)>> {
    let Some(issuer) = case.attempt["token"]["claims"]["iss"].as_str() else { return Ok(None) };
    let environment = &case.attempt["environment"];
    let mut section = format!("[issuer.\"{issuer}\"]\n");
    if environment["jwksReachable"] == false {
        writeln!(section, "endpoint = \"{PRIVATE}\"")?;
    } else if environment["providerTlsThumbprint"].is_string() {
        let there = serve(issuer, &key.published())?;
        writeln!(section, "endpoint = \"https://{there}\"")?;
        writeln!(section, "allowed_networks = [\"127.0.0.1\"]")?;
    } else {
        writeln!(section, "jwks_file = \"{}\"", keys.display())?;
    }
    Ok(Some((issuer.to_owned(), section)))
}

/// Answers in the issuer's place until the test's process ends, with a certificate that
/// signed itself.
fn serve(issuer: &str, key: &Value) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([address.ip().to_string()])?;
    let private = PrivateKeyDer::try_from(signing_key.serialize_der());
    let private = private.map_err(|reason| anyhow::anyhow!("a private key: {reason}"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], private)?;
    let (config, keys) = (Arc::new(config), json!({ "keys": [key] }));
    let discovery = json!({"issuer": issuer, "jwks_uri": format!("https://{address}/keys")});
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // One that goes away concerns nobody.
            let _ = stream.map_err(anyhow::Error::from).and_then(|stream| {
                answer(stream, &config, |path| if path == "/keys" { &keys } else { &discovery })
            });
        }
    });
    Ok(address)
}

fn answer<'v>(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    document: impl Fn(&str) -> &'v Value,
) -> Result<()> {
    let connection = ServerConnection::new(Arc::clone(config))?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut lines = reader.by_ref().lines();
    let first = lines.next().context("no request")??;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let body = document(first.split(' ').nth(1).unwrap_or_default()).to_string();
    let stream = reader.get_mut();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(())
}
