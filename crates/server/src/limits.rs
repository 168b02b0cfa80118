//! Every bound of the shell, with its source.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Bytes of a request body that anybody may send. The longest useful ones are a SAML
/// assertion of 100,000 characters or a policy of 131,072, each percent-encoded.
/// Choice: AWS publishes no bound.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of a body that is announced under credentials which exist: SAML metadata.
/// Before a body is read its signature cannot be verified, so this is a bound on what
/// somebody can make the server hold who knows an access key id and no secret.
pub const LARGE_BODY_BYTES_MAX: usize = stead_query::BODY_BYTES_MAX;

/// Bodies of more than [`BODY_BYTES_MAX`] that are read or worked on at once, one of an
/// account at the most; further ones wait. Choice: each takes a hundred megabytes at the
/// worst, and strangers would have to know active key ids of so many accounts to take all.
pub const LARGE_BODIES_MAX: usize = 4;

/// Bytes of a request line and its headers. A presigned request carries its
/// session token and its parameters there. Choice.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Connections at once to the listener for metrics. Choice: two collectors and somebody
/// who looks.
pub const METRICS_CONNECTIONS_MAX: usize = 8;

/// How long one of them may last, with its one request. Choice: what Prometheus waits.
pub const METRICS_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long a server that stops waits for the first request of a connection that was
/// accepted and has sent none: whoever has just connected is about to. Choice.
pub const FIRST_HEAD_WAIT_AT_END: Duration = Duration::from_secs(1);

/// How often it looks for that request meanwhile. Choice.
pub const FIRST_HEAD_SOUGHT_EVERY: Duration = Duration::from_millis(10);

/// How long a listener waits after the system could not give it a connection. Choice.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Header lines of one request. Choice: SDKs send about a dozen.
pub const HEADERS_MAX: usize = 100;

/// How long a client may take for the head of a request, idle time between two
/// requests on one connection included. Choice: above the pool idle time of
/// common SDKs would be unbounded, so they must expect a closed connection anyway.
pub const HEAD_WAIT_MAX: Duration = Duration::from_secs(60);

/// How long a client may take for the head of a request it has begun to send. Choice: a
/// head is one packet or a few.
pub const HEAD_SENT_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long a client may take to send a body once its head has arrived. Choice.
pub const BODY_WAIT_MAX: Duration = Duration::from_secs(20);

/// How long a client may pause within a body. Choice.
pub const BODY_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Bytes of a body, or of all bodies of one connection, that are read whatever else is read.
/// Choice: above a SAML assertion and
/// a token as they are sent.
pub const SMALL_BODY_BYTES_MAX: usize = 64 * 1024;

/// Bytes of all bodies between [`SMALL_BODY_BYTES_MAX`] and [`BODY_BYTES_MAX`] that are
/// read or worked on at once; further ones are refused. Choice.
pub const BODIES_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Bytes of those of one address. Choice: a quarter.
pub const ADDRESS_BODIES_BYTES_MAX: usize = BODIES_BYTES_MAX / 4;

/// How long a client may take to read the answers that are to be written to it. Choice: a
/// megabyte over a bad line.
pub const WRITE_WAIT_MAX: Duration = Duration::from_secs(30);

/// How long a connection has had no request in work when it may be closed to make room for
/// another. Choice.
pub const QUIET_MIN: Duration = Duration::from_secs(1);

/// One of so many connections is closed at a time to make room. Choice.
pub const LEAVING_SHARE: usize = 64;

/// How long no room is looked for when there was none. Choice: looking costs a few
/// microseconds for each thousand connections.
pub const FRUITLESS_SEARCH_PAUSE: Duration = Duration::from_millis(50);

/// How long a second refusal on one connection waits. Choice: five of them a second cost
/// nothing; [`RETRY_AFTER`] is longer.
pub const REFUSAL_PAUSE: Duration = Duration::from_millis(200);

/// What a refusal says of when to come again: seconds. Choice: every rate gives a token
/// by then.
pub const RETRY_AFTER: &str = "1";

/// How often the server looks whether it keeps up. Choice.
pub const BEAT: Duration = Duration::from_millis(5);

/// How long a task that is ready to run may wait before it counts as late. Choice: some twice
/// what 64 clients make each other wait on two cores that they share with the server.
pub const BEAT_LATE_MAX: Duration = Duration::from_millis(10);

/// For how long every beat must be late before the first request is refused. Choice: the
/// time for which a busy machine keeps a process waiting now and then; clients notice a
/// single wait of this length less than a refusal.
pub const OVERLOAD_AFTER: Duration = Duration::from_millis(100);

/// The same where it is this process that keeps the processors busy, which nothing but
/// requests makes it do. Choice: a third of it, since whoever is let in meanwhile waits for all
/// the others.
pub const OVERLOAD_AFTER_OWN_WORK: Duration = Duration::from_millis(30);

/// How many beats those must be, where it is not this process that keeps the processors
/// busy. Choice: a machine that stood still makes one late.
pub const OVERLOAD_BEATS: u32 = 3;

/// How many requests must come in [`OVERLOAD_AFTER`], for each core. Choice: fewer are no overload,
/// however late they are.
pub const REQUESTS_OF_OVERLOAD: u32 = 32;

/// Requests that stand back behind others during an overload, for each core, before one
/// more is refused. Choice: a fifth of a millisecond of work. Fewer would leave processors
/// without any now and then, more would be waited for by everybody who is answered.
pub const OVERLOAD_QUEUE_PER_CORE: usize = 10;

/// How many times as many may, where none did within [`OVERLOAD_BUNCH_WITHIN`]. Choice: 30
/// clients that ask a core at once are no overload. With a factor of 2 fewer requests were
/// answered, with one of 4 all of them later.
pub const OVERLOAD_BUNCH_FACTOR: usize = 3;
/// See [`OVERLOAD_BUNCH_FACTOR`].
pub const OVERLOAD_BUNCH_WITHIN: Duration = Duration::from_millis(1);

/// Of how many requests one may be refused when an overload is over. Choice: hundreds of
/// clients that ask again at once are refused now and then by a queue that is that short,
/// and make nobody wait for long without it.
pub const OVERLOAD_REFUSED_DIVISOR: u64 = 20;

/// For how long that must be so. Choice.
pub const OVERLOAD_MEMORY: Duration = Duration::from_millis(250);

/// How much of its rate an account or an address may use at once. Choice.
pub const BUCKET_DEPTH: Duration = Duration::from_secs(2);

/// Accounts or addresses in one of 64 parts of their table. Choice: 65,536 in all, about
/// three megabytes.
pub const BUCKETS_PER_SHARD_MAX: usize = 1024;

/// How long a TLS handshake may take. Choice.
pub const HANDSHAKE_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long a connection may stay without a single byte from the client. Choice:
/// above [`HEAD_WAIT_MAX`], so that it decides only where HTTP has no say yet.
pub const SILENCE_MAX: Duration = Duration::from_secs(90);

/// Requests in flight on one HTTP/2 connection. Choice: few, since each may have a head of
/// [`HEAD_BYTES_MAX`].
pub const STREAMS_MAX: u32 = 16;

/// Bytes that an HTTP/2 client may send ahead of their being read, on one stream and on all
/// of a connection. Choice: SAML metadata takes some four seconds over a bad line.
pub const STREAM_WINDOW_BYTES: u32 = 128 * 1024;
/// See [`STREAM_WINDOW_BYTES`].
pub const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// Bytes of an answer that wait for an HTTP/2 client to read them. Choice.
pub const STREAM_BYTES_HELD_MAX: usize = 64 * 1024;

/// Entries of the forwarded-address headers that are read, nearest first. Choice.
pub const FORWARDED_HOPS_MAX: usize = 32;

/// Bytes of a configuration file. Choice: it is a page of text.
pub const CONFIG_BYTES_MAX: u64 = 256 * 1024;

/// Keys that `STEAD_FIXTURE_KEYS` may hold. Choice.
pub const FIXTURE_KEYS_MAX: usize = 1000;

/// Bytes of header and claims of a refused token, as its record has them; of a longer one
/// the record has none. Choice: tokens of providers have one or two thousand.
pub const REFUSED_TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Administrative commands that are carried out at once; further ones wait. Choice: people
/// give them.
pub const ADMIN_COMMANDS_MAX: usize = 16;

/// How long an administrative client may take for one line, or to read its answer, and how
/// long a server that ends waits for commands that are being carried out. Choice: longer
/// than a write waits for whoever has locked the database.
pub const ADMIN_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long the command that writes the root key may take. Choice: a service far away, or
/// a person who touches a device.
pub const ROOT_KEY_COMMAND_WAIT_MAX: Duration = Duration::from_secs(60);

/// How long an administrative client waits for a backup. Choice: as long as a large
/// database takes on a slow disk.
pub const ADMIN_BACKUP_WAIT_MAX: Duration = Duration::from_secs(3600);

/// Bytes of the parameters of a refused call, as its record has them; of longer ones the
/// record has none. Choice: a call has some hundred.
pub const REFUSED_CALL_BYTES_MAX: usize = 8 * 1024;

/// Accounts that are remembered as absent. Choice: some hundred kilobytes.
pub const ABSENT_ACCOUNTS_MAX: u64 = 10_000;

/// Bytes of all denials that are kept. Choice: tens of thousands of them.
pub const DENIAL_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Bytes of what is kept of refused tokens and assertions, and of calls that were refused for
/// the moment of their signature or for their region. Choice: thousands of them. Anybody can
/// send tokens, so that they have a place of their own and push no denial out.
pub const REFUSED_PROOF_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How long a denial can be decoded. Choice: a working day.
pub const DENIAL_LIFETIME: Duration = Duration::from_secs(12 * 3600);

/// Signing keys that are cached. Choice: about three megabytes.
pub const SIGNING_KEYS_MAX: usize = 10_000;

/// Services that can be registered. Choice: each is looked for in memory, and all of them are
/// wrapped anew in one commit when the root key changes.
pub const SERVICES_MAX: usize = 256;

/// Further accounts one request may look at. A trust policy can name as many
/// as fit its length (Spec: 2,048 characters, so fewer than 100).
pub const SEEN_ACCOUNTS_MAX: usize = 100;

/// Bytes of all credential reports together. Choice: some forty of the largest accounts.
pub const REPORT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How long a credential report is kept. Choice: it expires after four hours, which is then
/// told for the rest of a day.
pub const REPORT_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// Files of managed policies that are read at the start. Choice: AWS has some 1,600.
pub const MANAGED_POLICY_FILES_MAX: usize = 4_096;

/// Bytes of one such file. Choice: ten times the longest document of AWS.
pub const MANAGED_POLICY_BYTES_MAX: u64 = 1024 * 1024;

/// Bytes of all jobs together that later calls can ask about. Choice: as for credential reports.
pub const JOB_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How long a job can be asked about. Choice: as long as a credential report is kept.
pub const JOB_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// Last calls of single operations that are known of one account, by user or role. Choice:
/// a thousand principals that call fifty operations each; beyond, the older half is forgotten
/// in memory, and found again when the account is loaded anew.
pub const ACCESSES_MAX: usize = 50_000;

/// Passwords that are hashed at a time. Choice: each takes twenty mebibytes and a core for
/// tens of milliseconds; the calls behind them wait.
pub const PASSWORD_TURNS: usize = 4;

/// Wrong one-time codes of one device within [`CODE_ATTEMPTS_WINDOW`]. Choice: of a
/// million codes three are right at a time, so guessing on for a day succeeds once
/// in five hundred times. AWS throttles too and does not say how.
pub const CODE_ATTEMPTS_MAX: u32 = 5;

/// How long wrong one-time codes count. Choice: see [`CODE_ATTEMPTS_MAX`].
pub const CODE_ATTEMPTS_WINDOW: Duration = Duration::from_secs(600);

/// Devices whose wrong codes are counted. Choice: about ten megabytes.
pub const CODE_DEVICES_MAX: u64 = 50_000;

/// Bytes of an issuer's discovery or key document. Choice: AWS takes 100 keys of a
/// type, which fit it many times over.
pub const ISSUER_DOCUMENT_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of the head of an issuer's answer. Choice.
pub const ISSUER_HEAD_BYTES_MAX: usize = 64 * 1024;

/// Bytes of the head of a proxy's answer, which nothing is read of but the status. Choice.
pub const PROXY_HEAD_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a file with the credentials for a proxy. Choice.
pub const PROXY_CREDENTIALS_BYTES_MAX: usize = 1024;

/// Addresses of one issuer that are tried. Choice: two of each family.
pub const ISSUER_ADDRESSES_MAX: usize = 4;

/// How long one address of an issuer may take to accept a connection. Choice.
pub const ISSUER_CONNECT_WAIT_MAX: Duration = Duration::from_secs(2);

/// How long fetching an issuer's keys may take, both documents together. Choice:
/// a caller who also waited [`ISSUER_ATTEMPT_INTERVAL`] is answered within the thirty
/// seconds a request has by default.
pub const ISSUER_FETCH_WAIT_MAX: Duration = Duration::from_secs(6);

/// The shortest time between two fetches for one issuer. Choice: what a caller with a
/// new key id may have to wait while others ask for random ones. A thousand such callers a
/// second find a place to wait with the connections allowed by default, of which they may
/// hold half; an issuer is asked every other second at the most.
pub const ISSUER_ATTEMPT_INTERVAL: Duration = Duration::from_secs(2);

/// Fetches under way, of all issuers. Choice: a megabyte each at the worst.
pub const ISSUER_FETCHES_MAX: usize = 64;

/// Access tokens that one provider is asked about at a time. Choice: a connection each.
pub const ACCESS_TOKEN_QUESTIONS_MAX: usize = 32;

/// Access tokens that one provider is asked about or is going to be. Choice: what it
/// answers within [`ISSUER_FETCH_WAIT_MAX`] when it takes two seconds.
pub const ACCESS_TOKEN_QUEUE_MAX: usize = 96;

/// Host names that are being resolved. Choice: a thread each.
pub const RESOLVING_MAX: usize = 32;

/// Issuers whose keys are kept. Choice: a hundred keys each at the worst, some ten
/// usually.
pub const ISSUERS_MAX: usize = 1000;

/// Bytes of a file of an issuer's keys or authorities. Choice.
pub const ISSUER_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// How long a log line may wait for others. Choice.
pub const LOG_HELD_MAX: Duration = Duration::from_millis(50);

/// Bytes of log lines that wait.
pub const LOG_BYTES_HELD_MAX: usize = 64 * 1024;

/// SAML responses that are verified at a time. Choice: each takes a thread, and some
/// milliseconds; a hostile one a quarter of a second.
pub const SAML_VERIFICATIONS_MAX: usize = 4;

/// SAML responses that are verified or wait for it; a further one is told to come again.
/// Choice: of hostile ones they are two seconds of work, and some megabytes.
pub const SAML_QUEUE_MAX: usize = 36;

/// How long an event of the audit log may wait for others. Choice: what a killed process
/// loses of it.
pub const AUDIT_HELD_MAX: Duration = Duration::from_millis(50);

/// Bytes of events that are written without waiting for more. Choice: half of what a core
/// keeps close to it, since they are sealed and written one after the other.
pub const AUDIT_BATCH_BYTES: usize = 512 * 1024;

/// Bytes of events that wait to be written before calls are refused. Choice: some ten
/// thousand events, so that a slow disk is not felt.
pub const AUDIT_QUEUE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How long a call may wait for a place for its event. Choice.
pub const AUDIT_WAIT_MAX: Duration = Duration::from_secs(2);

/// How often the audit log is flushed to the disk, while there is something to flush.
/// Choice: what a machine that loses its power loses of it.
pub const AUDIT_FLUSHED_EVERY: Duration = Duration::from_secs(1);

/// Bytes of events that were written and not flushed before they are. Choice: they are kept
/// until then, in case flushing fails.
pub const AUDIT_UNFLUSHED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How long a server that ends waits for its last events. Choice.
pub const AUDIT_STOP_WAIT_MAX: Duration = Duration::from_secs(10);

/// Events a second of callers who have not proved who they are, in the audit log; further
/// ones are counted. Choice: an attack shows in them, and at a kibibyte or two each takes
/// days to push out a year's log of usual length, not minutes.
pub const STRANGERS_RECORDED_RATE: u32 = 20;

/// Bytes of a `traceparent` header that is read. Choice: it has 55 of them, and later versions
/// may add to it.
pub const TRACEPARENT_BYTES_MAX: usize = 256;

/// Bytes of a trace collector's answer. Choice: it says how many spans it did not take, and
/// why.
pub const COLLECTOR_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Milliseconds that posting a batch of spans may be let take. Choice: a batch that waits is
/// in the way of those behind it.
pub const TRACES_POST_WAIT: RangeInclusive<u32> = 1..=60_000;

/// Milliseconds for which spans can be gathered. Choice.
pub const TRACES_DELAY: RangeInclusive<u32> = 1..=600_000;

/// Spans that can be let wait for a trace collector. Choice: they take some tens of megabytes,
/// which is a minute of two thousand requests a second.
pub const TRACES_QUEUE_SPANS: RangeInclusive<u32> = 1..=131_072;

/// Spans that can be posted at once. Choice: some megabytes.
pub const TRACES_BATCH_SPANS: RangeInclusive<u32> = 1..=8192;

/// How often it is said that spans cannot be exported. Choice.
pub const TRACES_FAULT_TOLD_EVERY: Duration = Duration::from_secs(300);

/// How long a server that ends waits for its last spans to be exported. Choice: less than
/// service managers wait for it.
pub const TRACES_STOP_WAIT_MAX: Duration = Duration::from_secs(5);
