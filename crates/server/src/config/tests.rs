use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::audit::Demand;

fn file(text: &str) -> Result<Layer, ConfigError> {
    Layer::from_toml(Path::new("stead.toml"), text)
}

fn environment(variables: &[(&str, &str)]) -> Result<Layer, ConfigError> {
    let os = |text: &str| OsString::from(text);
    Layer::from_environment(variables.iter().map(|(name, value)| (os(name), os(value))))
}

fn settings(layers: &[&Layer], fixtures: Option<&str>) -> Result<Settings, ConfigError> {
    Settings::parse(&Layers::new(layers.iter().map(|layer| (*layer).clone())), fixtures)
}

#[test]
fn nothing_set_means_the_defaults() {
    let settings = settings(&[], None).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:4566");
    assert_eq!(settings.region.as_str(), "us-east-1");
    assert!(matches!(settings.storage, Storage::Durable));
    assert!(settings.trusted_proxies.is_empty() && settings.tls.is_none());
    assert!(!settings.strict_messages);
}

#[test]
fn the_strongest_layer_decides_whole_lists_included() {
    let file = file("listen = \"127.0.0.1:1\"\ntrusted_proxy = [\"10.0.0.0/8\", \"::1\"]").unwrap();
    let environment = environment(&[("STEAD_LISTEN", "127.0.0.1:2")]).unwrap();
    let mut flags = Layer::flags();
    let all = settings(&[&file, &environment, &flags], None).unwrap();
    assert_eq!(all.listen.port(), 2);
    assert_eq!(all.trusted_proxies.len(), 2);
    flags.set(Key::Listen, "127.0.0.1:3");
    flags.set(Key::TrustedProxy, "192.0.2.1");
    let all = settings(&[&file, &environment, &flags], None).unwrap();
    assert_eq!(all.listen.port(), 3);
    assert_eq!(all.trusted_proxies, ["192.0.2.1/32".parse().unwrap()]);
}

#[test]
fn the_environment_has_its_own_forms() {
    let layer = environment(&[
        ("STEAD_EPHEMERAL", "1"),
        ("STEAD_STRICT_MESSAGES", "true"),
        ("STEAD_TRUSTED_PROXY", "10.0.0.0/8, 192.0.2.1"),
        ("STEAD_ACCOUNT", ""),
        // What an orchestrator adds for a service called `stead`.
        ("STEAD_SERVICE_HOST", "10.1.2.3"),
        ("STEAD_PORT", "tcp://10.1.2.3:80"),
        ("STEAD_FIXTURE_KEYS", "never read here"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    let settings = settings(&[&layer], None).unwrap();
    assert!(matches!(settings.storage, Storage::Ephemeral { .. }));
    assert!(settings.strict_messages && settings.account.is_none());
    assert_eq!(settings.trusted_proxies.len(), 2);
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    for (error, message, help) in [
        (
            file("listne = \"x\"").unwrap_err(),
            "unknown setting `listne` (file stead.toml)",
            "did you mean `listen` in stead.toml?",
        ),
        (
            file("colour = 1").unwrap_err(),
            "unknown setting `colour` (file stead.toml)",
            "`stead config show` lists every setting",
        ),
        (
            environment(&[("STEAD_TLS_CRT", "x")]).unwrap_err(),
            "unknown setting `tls_crt` (environment)",
            "did you mean STEAD_TLS_CERT?",
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.help().as_str()), (message, help));
    }
}

#[test]
fn values_of_another_shape_or_range_are_refused() {
    for text in [
        "listen = 4566",
        "listen = \"localhost:4566\"",
        "listen = \"127.0.0.1\"",
        "ephemeral = \"true\"",
        "trusted_proxy = \"10.0.0.0/8\"",
        "trusted_proxy = [10]",
        "trusted_proxy = [\"10.0.0.0/33\"]",
        "account = \"12\"",
        "account = 111122223333",
        "region = \"US\"",
        "region = \"\"",
        "inactive_sts_region = \"eu-west-1\"",
        "inactive_sts_region = [\"EU\"]",
        "inactive_sts_region = [\"us-east-1\"]",
        "data = \"\"",
        "log_format = \"xml\"",
        "log_level = \"loud\"",
        "connections_max = 0",
        "connections_max = \"10\"",
        "request_timeout = \"15\"",
        "request_timeout = \"2h\"",
        "request_timeout = \"0s\"",
        "dangerous_allow_loopback_issuers = \"yes\"",
        "check_issuers_at_creation = 0",
        "issuer_outage_max = \"169h\"",
        "issuer_outage_max = 24",
        "audit_log = \"file\"",
        "audit_log = \"directory\"\nephemeral = true",
        "audit_required = \"yes\"",
        "audit_file_mebibytes = 0",
        "audit_file_mebibytes = 1025",
        "audit_file_age = \"59s\"",
        "audit_files_max = 1",
        "issuer_proxy = \"proxy.example:3128\"",
        "issuer_proxy = \"https://proxy.example:3128\"",
        "tls_name = [\"*.example.com\"]",
        "tls_name = [\"0.0.0.0\"]",
        "issuer_proxy = \"\"",
        "issuer_proxy_credentials_file = \"\"",
    ] {
        let error = file(text).and_then(|layer| settings(&[&layer], None)).unwrap_err();
        assert!(matches!(error, ConfigError::Value { .. }), "{text}: {error}");
    }
    assert!(matches!(file("listen = ").unwrap_err(), ConfigError::Toml { .. }));
}

#[test]
fn a_refused_value_says_where_it_stands() {
    let layer = environment(&[("STEAD_LISTEN", "here")]).unwrap();
    assert_eq!(
        settings(&[&layer], None).unwrap_err().to_string(),
        "STEAD_LISTEN is `here`, expected an IP address and a port, such as `127.0.0.1:4566`"
    );
}

#[test]
fn half_of_tls_is_refused() {
    let layer = file("tls_cert = \"a.pem\"").unwrap();
    assert_eq!(
        settings(&[&layer], None).unwrap_err(),
        ConfigError::HalfOfTls { present: Key::TlsCert, absent: Key::TlsKey }
    );
    let layer = file("tls_cert = \"a.pem\"\ntls_key = \"b.pem\"").unwrap();
    assert!(settings(&[&layer], None).unwrap().tls.is_some());
}

#[test]
fn names_are_for_a_certificate_that_the_server_makes() {
    let tls = |text: &str| settings(&[&file(text).unwrap()], None).map(|settings| settings.tls);
    let names = |names: &[&str]| {
        let names = names.iter().map(|name| CertificateName::parse(name).unwrap()).collect();
        Ok(Some(Tls::Own { names }))
    };
    assert_eq!(tls(""), Ok(None));
    assert_eq!(tls("tls = true"), names(&[]));
    assert_eq!(
        tls("tls = true\ntls_name = [\"a.example\", \"::1\"]"),
        names(&["a.example", "::1"])
    );
    for text in [
        "tls_name = [\"a.example\"]",
        "tls_name = [\"a.example\"]\ntls_cert = \"a.pem\"\ntls_key = \"b.pem\"",
        "tls = true\ntls_name = [\"a.example\"]\ntls_cert = \"a.pem\"\ntls_key = \"b.pem\"",
    ] {
        assert_eq!(tls(text), Err(ConfigError::NamesWithoutOwnCertificate), "{text}");
    }
    let many = |count| format!("tls = true\ntls_name = [{}]", "\"a.example\",".repeat(count));
    assert!(tls(&many(64)).is_ok());
    assert_eq!(tls(&many(65)), Err(ConfigError::ManyNames { max: 64 }));
}

#[test]
fn fixture_keys_need_an_ephemeral_server_that_others_cannot_reach() {
    let keys = Some("AKIAIOSFODNN7EXAMPLE:s@111122223333");
    let case = |text: &str| settings(&[&file(text).unwrap()], keys);
    assert_eq!(case("").unwrap_err(), ConfigError::FixtureKeysWithoutEphemeral);
    assert!(case("ephemeral = true").is_ok());
    assert!(case("ephemeral = true\nlisten = \"[::1]:0\"").is_ok());
    assert!(case("ephemeral = true\nlisten = \"[::ffff:127.0.0.1]:0\"").is_ok());
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let text = format!("ephemeral = true\nlisten = \"{listen}\"");
        assert_eq!(case(&text).unwrap_err(), ConfigError::FixtureKeysRemote, "{listen}");
        assert!(case(&format!("{text}\nallow_remote = true")).is_ok(), "{listen}");
    }
}

#[test]
fn every_setting_is_shown_with_its_origin() {
    let layer = file("trusted_proxy = [\"10.0.0.0/8\"]").unwrap();
    let shown = show(&Layers::new([layer]));
    let line = |key| {
        let value = shown.iter().find(|value| value.key == key).unwrap();
        (value.toml(), value.origin.to_string())
    };
    assert_eq!(shown.len(), Key::ALL.len());
    assert_eq!(
        line(Key::TrustedProxy),
        (Some("[\"10.0.0.0/8\"]".to_owned()), "file stead.toml".to_owned())
    );
    assert_eq!(line(Key::Listen), (Some("\"127.0.0.1:4566\"".to_owned()), "default".to_owned()));
    assert_eq!(line(Key::Account), (None, "default".to_owned()));
}

#[test]
fn issuers_are_careful_by_default() {
    let issuers = settings(&[], None).unwrap().issuers;
    assert!(!issuers.allow_loopback && issuers.check_at_creation);
    assert_eq!(issuers.outage_max, std::time::Duration::from_secs(24 * 3600));
    assert!(issuers.named.is_empty());
}

#[test]
fn issuers_are_read_from_the_file_and_shown_as_written() {
    let text = "check_issuers_at_creation = false\n[issuer.\"https://a.example\"]\nca_file = \"c\"";
    let layers = Layers::new([file(text).unwrap(), environment(&[]).unwrap(), Layer::flags()]);
    let issuers = Settings::parse(&layers, None).unwrap().issuers;
    assert!(!issuers.check_at_creation);
    assert_eq!(issuers.named["https://a.example"].ca_file, Some("c".into()));
    let shown = show_issuers(&layers);
    assert_eq!(shown["https://a.example"]["ca_file"].as_str(), Some("c"));
    assert!(show_issuers(&Layers::default()).is_empty());
}

#[test]
fn a_mistake_about_an_issuer_says_where_it_stands() {
    let error = file("[issuer.\"https://a.example\"]\nca_fil = \"c\"").unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.help().as_str()),
        (
            "in the section `issuer` of stead.toml: `https://a.example` has an unknown field `ca_fil`",
            "did you mean `ca_file`?"
        )
    );
}

#[test]
fn a_server_that_keeps_accounts_keeps_a_log_of_calls() {
    let audit = |text: &str| settings(&[&file(text).unwrap()], None).unwrap().audit;
    let usual = audit("");
    assert_eq!((usual.target, usual.demand), (AuditTarget::Directory, Demand::Required));
    assert_eq!(usual.file_bytes_max, 64 * 1024 * 1024);
    assert_eq!(audit("ephemeral = true").target, AuditTarget::Off);
    assert_eq!(audit("audit_log = \"off\"").target, AuditTarget::Off);
    let stdout = audit("ephemeral = true\naudit_log = \"stdout\"\naudit_required = false");
    assert_eq!((stdout.target, stdout.demand), (AuditTarget::StandardOutput, Demand::BestEffort));
}

#[test]
fn a_proxy_is_used_where_it_is_configured_and_never_from_the_environment() {
    let proxy = |layer: &Layer| settings(&[layer], None).unwrap().issuers.proxy;
    let url = "http://proxy.example:3128";
    let set = environment(&[("STEAD_ISSUER_PROXY", url)]).unwrap();
    let found = proxy(&set).unwrap();
    assert_eq!(found.address.to_string(), "proxy.example:3128");
    assert_eq!(found.credentials_file, None);
    let names =
        ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    assert_eq!(proxy(&environment(&names.map(|name| (name, url))).unwrap()), None);
    let alone = file("issuer_proxy_credentials_file = \"c\"").unwrap();
    assert_eq!(settings(&[&alone], None).unwrap_err(), ConfigError::CredentialsWithoutProxy);
}

#[test]
fn credentials_in_a_proxy_url_are_refused_and_not_repeated() {
    let url = "http://user:word@proxy.example:3128";
    let wrong = [
        environment(&[("STEAD_ISSUER_PROXY", url)]).unwrap(),
        file(&format!("issuer_proxy = \"{url}\"")).unwrap(),
    ];
    for layer in wrong {
        let shown = show(&Layers::new([layer.clone()]));
        let shown = shown.iter().find(|value| value.key == Key::IssuerProxy).unwrap();
        assert_eq!(shown.toml().unwrap(), "\"...@proxy.example:3128\"");
        let error = settings(&[&layer], None).unwrap_err().to_string();
        assert!(error.contains("`...@proxy.example:3128`"), "{error}");
    }
    let error = file(&format!("issuer_proxy = [\"{url}\"]")).unwrap_err().to_string();
    assert!(error.contains("proxy.example") && !error.contains("word"), "{error}");
}

#[test]
fn the_root_key_comes_from_one_place() {
    use stead_types::Secret;

    use crate::root_key::RootKeySource;

    let named = |pairs: &[(Key, &str)]| {
        let mut layer = Layer::flags();
        for (key, value) in pairs {
            layer.set(*key, *value);
        }
        Settings::parse(&Layers::new([layer]), None)
    };
    let (file, command) = ((Key::RootKeyFile, "/run/key"), (Key::RootKeyCommand, "kms"));
    assert_eq!(named(&[]).unwrap().root_key.own, RootKeySource::BesideTheData);
    assert_eq!(named(&[file]).unwrap().root_key.own, RootKeySource::File("/run/key".into()));
    let arguments = ["kms", "a b", ""];
    let read = named(&arguments.map(|argument| (Key::RootKeyCommand, argument))).unwrap();
    assert_eq!(read.root_key.own, RootKeySource::Command(arguments.map(str::to_owned).into()));
    assert_eq!(named(&[file, command]).unwrap_err(), ConfigError::TwoRootKeys);
    let text = || Some(Secret::new("0f".repeat(32)));
    for pairs in [[file], [command]] {
        let refused = named(&pairs).unwrap().with_root_key(text()).unwrap_err();
        assert_eq!(refused, ConfigError::TwoRootKeys);
    }
    let settings = named(&[]).unwrap().with_root_key(text()).unwrap();
    assert!(matches!(settings.root_key.own, RootKeySource::Environment(_)));
    assert!(!format!("{settings:?}").contains("0f0f"));
}

#[test]
fn issuers_of_identity_tokens_are_below_a_url_that_others_can_register() {
    let issuers = |url: &str| {
        let set = environment(&[("STEAD_TOKEN_ISSUER_URL", url)]).unwrap();
        settings(&[&set], None).map(|settings| settings.token_issuer_url)
    };
    assert_eq!(settings(&[], None).unwrap().token_issuer_url, None);
    for good in ["https://sts.example.com", "https://sts.example.com:8443/a", "http://127.0.0.1:1"]
    {
        assert!(issuers(good).unwrap().is_some(), "{good}");
    }
    let long = format!("https://{}.example.com", "a".repeat(200));
    assert_eq!(issuers("").unwrap(), None, "as if it were not set");
    for bad in [
        "sts.example.com",
        "http://sts.example.com",
        "https://",
        "https://sts.example.com/",
        "https://sts.example.com/a/",
        "https://sts.example.com?a",
        "https://sts.example.com#a",
        "https://user@sts.example.com",
        &long,
    ] {
        assert!(issuers(bad).is_err(), "{bad}");
    }
}
