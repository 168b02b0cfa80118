//! Traces, as a collector gets them; in a build without, that they are missed aloud.

use std::fs::File;

use crate::process::{Scratch, Served, ending};

/// A server with these variables, whose log is in a file.
fn serve(scratch: &Scratch, variables: &[(&str, &str)]) -> Served {
    let log = File::create(scratch.path().join("log")).unwrap();
    Served::start_with(scratch.path(), |command| {
        command.stderr(log).envs(variables.iter().copied());
    })
}

/// The lines of the log in which this stands.
fn logged(scratch: &Scratch, text: &str) -> Vec<String> {
    let log = std::fs::read_to_string(scratch.path().join("log")).unwrap();
    log.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}

#[test]
fn a_place_that_is_none_ends_the_start_and_is_not_repeated() {
    let scratch = Scratch::new("traces-endpoint");
    // In the environment of this process it would be in that of every test.
    let check = |endpoint: &str| {
        let mut command = crate::process::stead(scratch.path(), &["config", "check"]);
        crate::process::read(command.env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).output().unwrap())
    };
    let (code, _, stderr) = check("collector:4318/word-of-mine");
    assert_eq!(code, 1);
    assert!(stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT is not the URL of a collector"));
    assert!(!stderr.contains("word-of-mine"), "{stderr}");
    let (code, _, stderr) = check("https://collector:4318/word-of-mine");
    assert_eq!((code, stderr.as_str()), (0, ""));
    let (code, ..) = ending(scratch.path(), &["config", "check"]);
    assert_eq!(code, 0);
}

#[cfg(not(feature = "opentelemetry"))]
#[test]
fn a_build_without_traces_says_so() {
    let told = |variables: &[(&str, &str)]| {
        let scratch = Scratch::new("traces-none");
        assert_eq!(serve(&scratch, variables).terminate(), Some(0));
        logged(&scratch, "without the feature `opentelemetry`").len()
    };
    assert_eq!(told(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]), 1);
    assert_eq!(told(&[("OTEL_SERVICE_NAME", "sts")]), 0);
}

#[cfg(feature = "opentelemetry")]
mod exported {
    use std::collections::BTreeMap;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};

    use super::{logged, serve};
    use crate::calls::{element, iam, post, profile, signed};
    use crate::process::{Scratch, Served, wait_for};

    const STS: (&str, &str) = ("sts", "2011-06-15");
    const IAM: (&str, &str) = ("iam", "2010-05-08");
    const WHO: &str = "Action=GetCallerIdentity&Version=2011-06-15";
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";

    /// What was asked with, or stands in what was asked.
    const WORDS: [&str; 7] = [
        "marguerite",
        "Marguerite",
        "eglantine",
        "role",
        "eyJhbGciOiJub25lIn0",
        "innermost",
        "127.0.0.1",
    ];

    /// What a collector does with what it gets.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Mood {
        Takes,
        /// Keeps the connection and says nothing.
        Hangs,
    }

    /// A collector of OTLP/HTTP.
    struct Collector {
        address: SocketAddr,
        posted: Arc<Mutex<Vec<Posted>>>,
    }

    #[derive(Clone)]
    struct Posted {
        head: String,
        body: Vec<u8>,
    }

    impl Collector {
        fn new(mood: Mood) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let posted = Arc::<Mutex<Vec<Posted>>>::default();
            let kept = Arc::clone(&posted);
            std::thread::spawn(move || {
                let mut hanging = Vec::new();
                for stream in listener.incoming() {
                    let mut stream = stream.unwrap();
                    let posted = Posted::read(&mut stream);
                    kept.lock().unwrap().push(posted);
                    match mood {
                        Mood::Takes => stream
                            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                            .unwrap(),
                        Mood::Hangs => hanging.push(stream),
                    }
                }
            });
            Self { address, posted }
        }

        fn url(&self) -> String {
            format!("http://{}", self.address)
        }

        fn posted(&self) -> Vec<Posted> {
            self.posted.lock().unwrap().clone()
        }

        fn spans(&self) -> Vec<Span> {
            self.posted().iter().flat_map(|posted| spans(&posted.body)).collect()
        }
    }

    impl Posted {
        fn read(stream: &mut TcpStream) -> Self {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.unwrap().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            Self { head, body }
        }
    }

    /// A span as it was exported.
    #[derive(Debug)]
    struct Span {
        trace: String,
        id: String,
        parent: String,
        name: String,
        kind: u64,
        is_error: bool,
        attributes: BTreeMap<String, String>,
    }

    /// What a field of a protobuf message holds.
    #[derive(Clone, Copy)]
    enum Value<'a> {
        Number(u64),
        Bytes(&'a [u8]),
    }

    fn varint(bytes: &mut &[u8]) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = bytes.split_first().unwrap();
            *bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return number;
            }
        }
    }

    /// The fields of a message, by their numbers. Spec: Protocol Buffers, "Encoding".
    fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes);
            let value = match tag & 7 {
                0 => Value::Number(varint(&mut bytes)),
                kind @ (1 | 2 | 5) => {
                    let length = match kind {
                        1 => 8,
                        2 => usize::try_from(varint(&mut bytes)).unwrap(),
                        _ => 4,
                    };
                    let (value, rest) = bytes.split_at(length);
                    bytes = rest;
                    Value::Bytes(value)
                }
                kind => panic!("wire type {kind}"),
            };
            fields.push((tag >> 3, value));
        }
        fields
    }

    fn members(message: &[u8], number: u64) -> Vec<&[u8]> {
        let member = |(other, value)| match value {
            Value::Bytes(bytes) if other == number => Some(bytes),
            _ => None,
        };
        fields(message).into_iter().filter_map(member).collect()
    }

    fn text(message: &[u8], number: u64) -> String {
        let text = members(message, number).concat();
        String::from_utf8(text).unwrap()
    }

    fn hex(message: &[u8], number: u64) -> String {
        members(message, number).concat().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn number(message: &[u8], number: u64) -> u64 {
        let found = fields(message).into_iter().find_map(|(other, value)| match value {
            Value::Number(value) if other == number => Some(value),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// Spec: opentelemetry/proto/common/v1: `KeyValue`, `AnyValue`.
    fn attributes(message: &[u8], field: u64) -> BTreeMap<String, String> {
        let attribute = |pair: &[u8]| {
            let value = members(pair, 2).concat();
            let value = match text(&value, 1) {
                string if string.is_empty() => number(&value, 3).to_string(),
                string => string,
            };
            (text(pair, 1), value)
        };
        members(message, field).into_iter().map(attribute).collect()
    }

    /// Spec: opentelemetry/proto/trace/v1: `ResourceSpans`, `ScopeSpans`, `Span`, `Status`.
    fn spans(body: &[u8]) -> Vec<Span> {
        let of_resources = members(body, 1).into_iter();
        let of_scopes = of_resources.flat_map(|it| members(it, 2));
        let spans = of_scopes.flat_map(|it| members(it, 2));
        let span = |span: &[u8]| Span {
            trace: hex(span, 1),
            id: hex(span, 2),
            parent: hex(span, 4),
            name: text(span, 5),
            kind: number(span, 6),
            is_error: number(&members(span, 15).concat(), 3) == 2,
            attributes: attributes(span, 9),
        };
        spans.map(span).collect()
    }

    /// The id that an answer bears.
    fn id_of(answer: &str) -> String {
        let mut lines = answer.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(name, _)| *name == "x-amzn-requestid").unwrap().1.to_owned()
    }

    fn attributes_of(
        operation: &str,
        id: &str,
        status: &str,
        error: &str,
    ) -> BTreeMap<String, String> {
        let (service, method) = operation.split_once('.').unwrap_or_default();
        [
            ("rpc.system", "aws-api"),
            ("rpc.service", service),
            ("rpc.method", method),
            ("aws.request_id", id),
            ("http.response.status_code", status),
            ("error.type", error),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    /// What was posted is from where it should be, and these texts are nowhere in it.
    fn assert_without(posted: &[Posted], texts: &[&str]) {
        assert!(!posted.is_empty());
        for posted in posted {
            assert!(posted.head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{}", posted.head);
            assert!(posted.head.contains("x-tenant: acme\r\n"), "{}", posted.head);
            let resource = attributes(&members(members(&posted.body, 1)[0], 1).concat(), 1);
            assert_eq!(resource["service.name"], "sts-of-acme");
            let sent = String::from_utf8_lossy(&posted.body);
            for text in texts {
                assert!(!sent.contains(text), "{text}");
            }
        }
    }

    /// The one span of a request.
    fn of<'a>(spans: &'a [Span], id: &str) -> &'a Span {
        let mut found = spans
            .iter()
            .filter(|span| span.attributes.get("aws.request_id").is_some_and(|other| other == id));
        let span = found.next().unwrap_or_else(|| panic!("no span of {id}: {spans:#?}"));
        assert!(found.next().is_none(), "{id} has two spans");
        span
    }

    /// The one span that is below another.
    fn child_of<'a>(spans: &'a [Span], above: &Span) -> &'a Span {
        let found: Vec<_> = spans.iter().filter(|span| span.parent == above.id).collect();
        assert_eq!(found.len(), 1, "{above:?}: {found:?}");
        assert_eq!(found[0].trace, above.trace);
        found[0]
    }

    fn threads(served: &Served) -> Vec<String> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", served.process())).unwrap();
        let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
        tasks.filter_map(|task| name(task.unwrap()).ok()).collect()
    }

    #[test]
    fn a_request_is_a_span_without_what_is_in_it() {
        let (scratch, collector) = (Scratch::new("traces"), Collector::new(Mood::Takes));
        let served = serve(
            &scratch,
            &[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()),
                ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=acme"),
                ("OTEL_SERVICE_NAME", "sts-of-acme"),
                ("STEAD_DANGEROUS_ALLOW_LOOPBACK_ISSUERS", "true"),
            ],
        );
        let root = profile(scratch.path());
        let header =
            format!("traceparent: 00-{TRACE}-{PARENT}-01\r\ntracestate: acme=innermost\r\n");
        let create = "Action=CreateUser&UserName=marguerite";
        let created = id_of(&signed(&served, &root, IAM, create, &header));
        let key = iam(&served, &root, "Action=CreateAccessKey&UserName=marguerite");
        let (key, secret) = (element(&key, "AccessKeyId"), element(&key, "SecretAccessKey"));
        let assume = "Action=AssumeRole&RoleSessionName=eglantine&RoleArn=arn%3Aaws%3Aiam%3A%3A\
                      111122223333%3Arole%2Fr";
        let denied = id_of(&signed(&served, &root, STS, assume, ""));
        let session = signed(&served, &root, STS, "Action=GetSessionToken", "");
        let invalid = id_of(&iam(&served, &root, "Action=GetHumanReadableSummary"));
        let unknown = id_of(&iam(&served, &root, "Action=Marguerite"));
        let token = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=eglantine\
                     &WebIdentityToken=eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIn0.c2ln\
                     &RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr";
        let foreign = id_of(&post(&served, token, &header));
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let provider = format!("Action=CreateOpenIDConnectProvider&Url=http%3A%2F%2F{nobody}");
        let unreachable = id_of(&iam(&served, &root, &provider));
        // What has ended is sent when the server ends.
        assert_eq!(served.terminate(), Some(0));

        let session_token = element(&session, "SessionToken");
        let (id, own, place) = (root.id.as_str(), root.secret.expose(), nobody.to_string());
        assert_without(&collector.posted(), &[id, own, &key, &secret, &session_token, &place]);
        assert_without(&collector.posted(), &WORDS);
        let spans = collector.spans();
        for (id, name, parent, status, error) in [
            (&created, "iam.CreateUser", PARENT, "200", ""),
            (&denied, "sts.AssumeRole", "", "403", "AccessDenied"),
            (&id_of(&session), "sts.GetSessionToken", "", "200", ""),
            (&invalid, "iam.GetHumanReadableSummary", "", "400", "ValidationError"),
            (&unknown, "unknown", "", "400", "InvalidAction"),
            (&foreign, "sts.AssumeRoleWithWebIdentity", PARENT, "400", "InvalidIdentityToken"),
        ] {
            let span = of(&spans, id);
            assert_eq!((span.name.as_str(), span.parent.as_str(), span.kind), (name, parent, 2));
            assert_eq!(span.trace == TRACE, parent == PARENT, "{span:?}");
            assert_eq!(span.is_error, status.starts_with('5'), "{span:?}");
            assert_eq!(span.attributes, attributes_of(name, id, status, error));
        }
        let commit = child_of(&spans, of(&spans, &created));
        assert_eq!(
            (commit.name.as_str(), commit.kind, commit.is_error),
            ("store.commit", 1, false)
        );
        assert_eq!(commit.attributes, BTreeMap::new());
        let fetch = child_of(&spans, of(&spans, &unreachable));
        assert_eq!((fetch.name.as_str(), fetch.kind, fetch.is_error), ("issuer.keys", 3, true));
        assert_eq!(fetch.attributes["error.type"], "unreachable");
        // One for each request, and these two with the change that each commit is.
        assert_eq!(spans.iter().filter(|span| span.kind == 2).count(), 8, "{spans:#?}");
    }

    #[test]
    fn who_is_above_is_said_by_one_well_formed_header() {
        let (scratch, collector) = (Scratch::new("traces-parent"), Collector::new(Mood::Takes));
        let served = serve(&scratch, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())]);
        let ask = |header: &str| id_of(&post(&served, WHO, header));
        let line = |value: &str| ask(&format!("traceparent: {value}\r\n"));
        let (zeros, good) = ("0".repeat(32), format!("00-{TRACE}-{PARENT}-01"));
        let mut expected = vec![
            (line(&good), true, "good"),
            (line(&format!("00-{TRACE}-{PARENT}-ff")), true, "flags of later versions"),
            (line(&format!("01-{TRACE}-{PARENT}-01")), true, "a later version"),
            (line(&format!("01-{TRACE}-{PARENT}-01-more")), true, "more of a later version"),
            (ask(&format!("traceparent: {good}\r\ntraceparent: {good}\r\n")), false, "two"),
        ];
        for bad in [
            String::new(),
            format!("{good}-"),
            format!("{good}-more"),
            good.to_uppercase(),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("0-{TRACE}-{PARENT}-01"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{}-{PARENT}-01", TRACE.trim_start_matches('0')),
            format!("00-+{}-{PARENT}-01", TRACE.trim_start_matches('0')),
            format!("00-{TRACE}-{PARENT}-1"),
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{TRACE}{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}-é1"),
            format!("01-{TRACE}-{PARENT}-01-{}", "m".repeat(256)),
        ] {
            expected.push((line(&bad), false, "malformed"));
        }
        let unsampled = line(&format!("00-{TRACE}-{PARENT}-00"));
        assert_eq!(served.terminate(), Some(0));
        let spans = collector.spans();
        let find = |id: &str| spans.iter().find(|span| span.attributes["aws.request_id"] == id);
        for (index, (id, is_child, what)) in expected.iter().enumerate() {
            let span = find(id).unwrap_or_else(|| panic!("no span of {what} ({index})"));
            let above = (span.trace.as_str(), span.parent.as_str());
            match is_child {
                true => assert_eq!(above, (TRACE, PARENT), "{what} ({index})"),
                false => assert!(above.0 != TRACE && above.1.is_empty(), "{what} ({index})"),
            }
        }
        // Spec: OTEL_TRACES_SAMPLER: who is above decides, where nothing else is said.
        assert!(find(&unsampled).is_none());
    }

    #[test]
    fn a_collector_that_hangs_is_in_nobodys_way() {
        let (scratch, collector) = (Scratch::new("traces-hang"), Collector::new(Mood::Hangs));
        let served = serve(
            &scratch,
            &[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()),
                ("OTEL_BSP_SCHEDULE_DELAY", "1"),
                ("OTEL_BSP_MAX_QUEUE_SIZE", "4"),
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2"),
            ],
        );
        let ask = || post(&served, WHO, "");
        ask();
        // From here on the exporter waits.
        wait_for(|| (!collector.posted().is_empty()).then_some(()));
        for _ in 0..20 {
            assert!(ask().starts_with("HTTP/1.1 403"));
        }
        assert_eq!(collector.posted().len(), 1, "it did not wait");
        assert_eq!(served.terminate(), Some(0));
        // The queue has no place for the rest, which is said once, and at the end how many.
        assert_eq!(logged(&scratch, "SpanDroppingStarted").len(), 1);
        let dropped = logged(&scratch, "BatchSpanProcessor.SpansDropped");
        assert!(dropped.len() == 1 && dropped[0].contains("dropped_span_count=16"), "{dropped:?}");
    }

    #[test]
    fn a_collector_that_is_not_there_is_told_once() {
        let scratch = Scratch::new("traces-gone");
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let endpoint = format!("http://{nobody}/in/word-of-mine");
        let served = serve(
            &scratch,
            &[
                ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint),
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ],
        );
        for _ in 0..5 {
            assert!(post(&served, WHO, "").starts_with("HTTP/1.1 403"));
        }
        assert_eq!(served.terminate(), Some(0));
        let told = logged(&scratch, "traces cannot be exported");
        assert!(told.len() == 1 && told[0].contains("refused"), "{told:?}");
        assert_eq!(logged(&scratch, "OTEL_EXPORTER_OTLP_PROTOCOL").len(), 1);
        assert_eq!(logged(&scratch, "ERROR"), [""; 0]);
        assert_eq!(logged(&scratch, "word-of-mine"), [""; 0]);
    }

    #[test]
    fn where_nothing_is_configured_nothing_runs_and_nothing_is_sent() {
        let collector = Collector::new(Mood::Takes);
        let url = collector.url();
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str());
        for (variables, runs) in [
            (&[("OTEL_SERVICE_NAME", "sts")][..], false),
            (&[endpoint, ("OTEL_SDK_DISABLED", "true")], false),
            (&[endpoint, ("OTEL_TRACES_EXPORTER", "none")], false),
            (&[endpoint], true),
        ] {
            let scratch = Scratch::new("traces-off");
            let served = serve(&scratch, variables);
            post(&served, WHO, "");
            let threads = threads(&served);
            // The system keeps fifteen bytes of a name.
            let ours = threads.iter().any(|name| name.trim_end() == "OpenTelemetry.T");
            assert_eq!(ours, runs, "{variables:?}: {threads:?}");
            assert_eq!(served.terminate(), Some(0));
            assert_eq!(!collector.posted().is_empty(), runs, "{variables:?}");
        }
    }
}
