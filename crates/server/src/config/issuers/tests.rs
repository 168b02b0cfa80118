use super::*;

fn parse(text: &str) -> Result<BTreeMap<String, Issuer>, IssuerFault> {
    let table: Table = text.parse().unwrap();
    match IssuerTable::parse(Path::new("stead.toml"), &table["issuer"]) {
        Ok(table) => Ok(table.issuers),
        Err(ConfigError::Issuer { fault, .. }) => Err(fault),
        Err(other) => panic!("{other}"),
    }
}

fn one(fields: &str) -> Result<Issuer, IssuerFault> {
    let all = parse(&format!("[issuer.\"https://a.example\"]\n{fields}"))?;
    Ok(all["https://a.example"].clone())
}

#[test]
fn every_field_is_read() {
    let issuer = one("ca_file = \"ca.pem\"\nalgorithms = [\"EdDSA\", \"PS256\"]\n\
         allowed_networks = [\"10.0.0.0/8\", \"fd00::1\"]")
    .unwrap();
    assert_eq!(issuer.ca_file, Some(PathBuf::from("ca.pem")));
    let expected = Algorithms::AWS.with(Algorithm::EdDsa).with(Algorithm::Ps256);
    assert_eq!(issuer.algorithms, expected);
    let networks = ["10.0.0.0/8", "fd00::1/128"].map(|text| text.parse().unwrap());
    assert_eq!(issuer.allowed_networks, networks);
    assert_eq!(issuer.pinned, None);
    let pinned = one("jwks_file = \"keys.json\"").unwrap().pinned;
    assert_eq!(pinned, Some(PinnedKeys::File("keys.json".into())));
    assert_eq!(one("").unwrap(), Issuer::default());
}

/// The table of fields is the one on the page with two columns.
#[test]
fn the_documentation_lists_every_field_and_no_other() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows =
        page.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 3);
    let fields: Vec<_> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(fields, Field::NAMES);
}

#[test]
fn keys_in_the_file_become_a_key_set() {
    let text = "keys = [{ kty = \"RSA\", kid = \"1\", n = \"AQ\", e = \"AQAB\" }]";
    let Some(PinnedKeys::Inline(json)) = one(text).unwrap().pinned else { panic!() };
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    let key = serde_json::json!({ "kty": "RSA", "kid": "1", "n": "AQ", "e": "AQAB" });
    assert_eq!(read, serde_json::json!({ "keys": [key] }));
}

#[test]
fn values_that_cannot_be_read_are_refused_with_what_is_expected() {
    for (text, field) in [
        ("ca_file = \"\"", "ca_file"),
        ("ca_file = 1", "ca_file"),
        ("jwks_file = true", "jwks_file"),
        ("keys = []", "keys"),
        ("keys = [1]", "keys"),
        ("keys = \"{}\"", "keys"),
        ("algorithms = \"PS256\"", "algorithms"),
        ("algorithms = [\"RS256\"]", "algorithms"),
        ("algorithms = [\"none\"]", "algorithms"),
        ("algorithms = [\"HS256\"]", "algorithms"),
        ("algorithms = [\"ps256\"]", "algorithms"),
        ("allowed_networks = [\"10.0.0.0/33\"]", "allowed_networks"),
        ("allowed_networks = \"10.0.0.0/8\"", "allowed_networks"),
    ] {
        let fault = one(text).unwrap_err();
        assert!(matches!(&fault, IssuerFault::Field { name, .. } if *name == field), "{fault}");
    }
    assert_eq!(
        one("algorithms = [\"none\"]").unwrap_err().to_string(),
        "`algorithms` of `https://a.example` is `[\"none\"]`, expected a list of `PS256`, \
         `PS384`, `PS512` and `EdDSA`"
    );
}

#[test]
fn unknown_fields_are_refused_with_the_nearest() {
    let fault = one("ca_fle = \"x\"").unwrap_err();
    assert_eq!(fault.to_string(), "`https://a.example` has an unknown field `ca_fle`");
    assert_eq!(fault.help(), "did you mean `ca_file`?");
    let fault = one("colour = 1").unwrap_err();
    assert!(fault.help().starts_with("the fields are `ca_file`, "), "{}", fault.help());
}

#[test]
fn what_is_no_issuer_is_refused() {
    for url in ["a.example", "https://u@a.example", "https://a.example/?q", "ftp://a.example"] {
        let fault = parse(&format!("[issuer.\"{url}\"]")).unwrap_err();
        assert!(matches!(fault, IssuerFault::Url { .. }), "{url}: {fault}");
    }
    assert!(matches!(parse("issuer = 1").unwrap_err(), IssuerFault::NotTable(_)));
    assert!(matches!(
        parse("issuer.\"https://a.example\" = 1").unwrap_err(),
        IssuerFault::NotTable(_)
    ));
}

#[test]
fn pinned_keys_exclude_what_fetching_needs() {
    for (text, expected) in [
        ("jwks_file = \"k\"\nkeys = [{ kty = \"RSA\" }]", ("jwks_file", "keys")),
        ("jwks_file = \"k\"\nca_file = \"c\"", ("jwks_file", "ca_file")),
        ("keys = [{ kty = \"RSA\" }]\nca_file = \"c\"", ("keys", "ca_file")),
        ("keys = [{ kty = \"RSA\" }]\nallowed_networks = [\"::1\"]", ("keys", "allowed_networks")),
    ] {
        let fault = one(text).unwrap_err();
        let IssuerFault::Both { one, other, .. } = fault else { panic!("{fault}") };
        assert_eq!((one, other), expected);
    }
    assert!(one("keys = [{ kty = \"RSA\" }]\nalgorithms = [\"EdDSA\"]").is_ok());
}

#[test]
fn providers_of_access_tokens_have_a_section_by_their_name() {
    let section = |fields: &str| parse(&format!("[issuer.\"www.amazon.com\"]\n{fields}"));
    let issuers = section("endpoint = \"http://127.0.0.1:1\"\nca_file = \"ca.pem\"").unwrap();
    let amazon = &issuers["www.amazon.com"];
    assert_eq!(amazon.endpoint.as_deref(), Some("http://127.0.0.1:1"));
    for (fields, field) in [
        ("jwks_file = \"k\"", "jwks_file"),
        ("keys = [{ kty = \"RSA\" }]", "keys"),
        ("algorithms = [\"EdDSA\"]", "algorithms"),
    ] {
        let fault = section(fields).unwrap_err();
        assert!(matches!(&fault, IssuerFault::NoKeys { name, .. } if *name == field), "{fault}");
        assert!(fault.help().contains("endpoint"), "{}", fault.help());
    }
    assert!(parse("[issuer.\"graph.facebook.com\"]").is_ok());
    for name in ["WWW.amazon.com", "www.amazon.com.", "api.amazon.com", "accounts.google.com"] {
        let fault = parse(&format!("[issuer.\"{name}\"]")).unwrap_err();
        assert!(matches!(fault, IssuerFault::Url { .. }), "{name}: {fault}");
    }
}

#[test]
fn an_endpoint_is_a_url_that_can_be_asked() {
    let url = "https://mirror.example/google";
    let issuer = one(&format!("endpoint = \"{url}\"")).unwrap();
    assert_eq!(issuer.endpoint.as_deref(), Some(url));
    for bad in ["1", "\"\"", "\"mirror.example\"", "\"https://u@a.example\"", "\"https://a/?q\""] {
        let fault = one(&format!("endpoint = {bad}")).unwrap_err();
        assert!(matches!(&fault, IssuerFault::Field { name: "endpoint", .. }), "{bad}: {fault}");
    }
    let fault = one("jwks_file = \"k\"\nendpoint = \"https://a.example\"").unwrap_err();
    assert!(matches!(fault, IssuerFault::Both { one: "jwks_file", other: "endpoint", .. }));
}
