//! What commands print, beside what they printed when somebody last read it:
//! `tests/golden/output`. `UPDATE_GOLDEN=1` writes that anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Scratch, read, stead};

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const JUMP: &str = "arn:aws:iam::111122223333:role/jump";
const DEPLOY: &str = "arn:aws:iam::444455556666:role/deploy";
const NOON: &str = "2026-03-01T12:00:00Z";
const OF_ACCOUNTS: [&str; 4] = ["--accounts", "accounts", "--at", NOON];

/// A command line, told in words and further arguments.
fn line(words: &str, more: &[&str]) -> Vec<String> {
    words.split(' ').chain(more.iter().copied()).map(str::to_owned).collect()
}

fn over_accounts(words: &str, more: &[&str]) -> Vec<String> {
    line(words, &[&OF_ACCOUNTS, more].concat())
}

/// The same command lines for programs.
fn with_json(lines: &[Vec<String>]) -> Vec<Vec<String>> {
    let json = |line: &Vec<String>| line.iter().cloned().chain(["--json".to_owned()]).collect();
    lines.iter().map(json).collect()
}

fn explain() -> Vec<Vec<String>> {
    let corpus = "../../../../../tests/corpus/denials";
    let case = |name: &str| line("explain --case", &[&format!("{corpus}/{name}.json")]);
    let told = ["--caller", ANN, "--role", DEPLOY];
    vec![
        case("github-username-case"),
        case("tagging-not-needed"),
        over_accounts("explain", &told),
        over_accounts("explain", &[&told[..], &["--external-id", "7f3a"]].concat()),
        line("explain --accounts accounts --event event.json", &[]),
        line("explain --case twice.json", &[]),
        line("explain --case broken.json", &[]),
    ]
}

fn lint() -> Vec<Vec<String>> {
    vec![
        line("lint sound.json", &[]),
        line("lint several.json tabs-crlf.json wide.json one-line.json", &[]),
        line("lint --kind trust --account 111122223333 trust.json", &[]),
        line("lint broken.json", &[]),
    ]
}

fn simulate() -> Vec<Vec<String>> {
    let bucket = ["--caller", ANN, "--action", "s3:DeleteBucket", "--resource", "arn:aws:s3:::a"];
    let role = ["--caller", ANN, "--action", "sts:AssumeRole", "--resource", DEPLOY];
    vec![
        over_accounts("simulate", &bucket),
        over_accounts("simulate", &role),
        over_accounts("simulate", &["--requests", "requests.jsonl"]),
        over_accounts("simulate", &["--expect", "requests.csv"]),
        over_accounts("simulate", &["--requests", "requests-wrong.csv"]),
        line("simulate --policy sound.json --action s3:PutObject --at", &[NOON]),
    ]
}

fn who_can() -> Vec<Vec<String>> {
    vec![
        over_accounts("who-can", &["assume", DEPLOY]),
        over_accounts("who-can", &["assume", "*"]),
        over_accounts("who-can", &["s3:GetObject", "arn:aws:s3:::reports/a"]),
        over_accounts("who-can", &["assume", "delpoy"]),
    ]
}

fn can() -> Vec<Vec<String>> {
    vec![over_accounts("can", &["ann"]), over_accounts("can", &[JUMP])]
}

fn audit() -> Vec<Vec<String>> {
    vec![
        line("audit accounts --at", &[NOON]),
        line("audit accounts --severity high --at", &[NOON]),
        line("audit accounts/absent.json --at", &[NOON]),
    ]
}

/// What else is drawn or written of the same.
fn other_forms() -> Vec<Vec<String>> {
    vec![
        line("lint --sarif several.json", &[]),
        line("lint --explain statement/shadowed", &[]),
        line("audit accounts --sarif --at", &[NOON]),
        line("audit accounts --csv --at", &[NOON]),
        over_accounts("simulate", &["--expect", "requests.csv", "--github"]),
        over_accounts("who-can", &["assume", DEPLOY, "--graph", "dot"]),
        over_accounts("who-can", &["assume", DEPLOY, "--graph", "mermaid"]),
    ]
}

fn transcripts() -> Vec<(&'static str, Vec<Vec<String>>)> {
    let mut all = vec![("other-forms", other_forms())];
    for (human, json, lines) in [
        ("explain", "explain-json", explain()),
        ("lint", "lint-json", lint()),
        ("simulate", "simulate-json", simulate()),
        ("who-can", "who-can-json", who_can()),
        ("can", "can-json", can()),
        ("audit", "audit-json", audit()),
    ] {
        all.push((json, with_json(&lines)));
        all.push((human, lines));
    }
    all
}

/// The commands below one that its help lists.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    // What a command does may go on in the next line, which is indented more.
    let names = lines.filter_map(|line| line.get(2..)?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// The help of a command and of every one below it.
fn helps(command: &[String], out: &mut Vec<(String, String)>) {
    let line: Vec<String> = command.iter().cloned().chain(["--help".to_owned()]).collect();
    let mut asked = self::command(&folder("input"), &line);
    let (code, stdout, stderr) = read(asked.env("COLUMNS", "80").output().unwrap());
    assert_eq!((code, stderr.as_str()), (0, ""), "{line:?}");
    let below = listed(&stdout);
    out.push((line.join(" "), stdout));
    for name in below {
        helps(&[command, &[name]].concat(), out);
    }
}

#[test]
fn every_command_has_help_with_examples_that_fits_a_terminal() {
    let mut all = Vec::new();
    helps(&[], &mut all);
    assert!(all.len() > 30, "{}", all.len());
    for (line, help) in &all {
        assert!(help.contains("\nExample"), "{line} has no examples");
        // clap does not break the line that shows the usage.
        let lines = help.lines().filter(|line| !line.starts_with("Usage:"));
        let wide = lines.into_iter().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{line}");
    }
    let texts = all.iter().map(|(line, help)| format!("$ stead {line}\n{help}\n"));
    check_all([("help".to_owned(), texts.collect())]);
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn command(directory: &Path, line: &[String]) -> Command {
    let arguments: Vec<&str> = line.iter().map(String::as_str).collect();
    let mut command = stead(directory, &arguments);
    command.env("COLUMNS", "100");
    command
}

/// What was typed, how it ended and what was printed.
fn transcript(lines: &[Vec<String>]) -> String {
    let mut out = String::new();
    for line in lines {
        let (code, stdout, stderr) = read(command(&folder("input"), line).output().unwrap());
        out.push_str(&format!("$ stead {}\n{stdout}", line.join(" ")));
        if !stderr.is_empty() {
            out.push_str(&format!("--- on standard error\n{stderr}"));
        }
        out.push_str(&format!("--- ended with {code}\n\n"));
    }
    out.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// Compares with a golden file, or writes it.
fn check(name: &str, text: &str) -> Result<(), String> {
    let path = folder("output").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return Ok(());
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, now) = (lines(&golden), lines(text));
    let same = before.iter().zip(&now).take_while(|(before, now)| before == now).count();
    let (before, now) = (before.get(same), now.get(same));
    let differs = || format!("{name}, line {}:\n- {before:?}\n+ {now:?}", same + 1);
    if golden == text { Ok(()) } else { Err(differs()) }
}

fn check_all(texts: impl IntoIterator<Item = (String, String)>) {
    let checked = texts.into_iter().map(|(name, text)| check(&name, &text));
    let wrong: Vec<String> = checked.filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}\nUPDATE_GOLDEN=1 writes them anew", wrong.join("\n"));
}

#[test]
fn commands_print_what_was_last_read() {
    check_all(transcripts().into_iter().map(|(name, lines)| (name.to_owned(), transcript(&lines))));
}

#[test]
fn nothing_printed_depends_on_the_terminal() {
    for (_, lines) in transcripts() {
        for line in lines {
            let usual = read(command(&folder("input"), &line).output().unwrap());
            assert!(!(usual.1.contains('\u{1b}') || usual.2.contains('\u{1b}')), "{line:?}");
            for settings in [
                [("NO_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "20")],
                [("CLICOLOR_FORCE", "1"), ("TERM", "xterm-256color"), ("COLUMNS", "400")],
            ] {
                let mut command = command(&folder("input"), &line);
                let other = read(command.envs(settings).output().unwrap());
                assert_eq!(other, usual, "{line:?} with {settings:?}");
            }
        }
    }
}

/// What directs, hides or commands: one of each kind.
const UNSEEN: [char; 10] = [
    '\u{1b}', '\u{9b}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}',
    '\u{2069}', '\u{feff}',
];

/// A text of JSON with all of them.
fn unseen() -> String {
    let all: String = UNSEEN.iter().collect();
    // The first has to be escaped in JSON; the others may stand there themselves.
    all.replace('\u{1b}', "\\u001b")
}

#[test]
fn nothing_unseen_of_a_file_reaches_the_terminal() {
    let scratch = Scratch::new("golden-unseen");
    let (folder, evil) = (scratch.path(), unseen());
    std::fs::create_dir(folder.join("accounts")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let statement = format!(
        r#"{{"Sid": "S{evil}", "Effect": "Allow", "Action": ["s3:Get{evil}", "sts:AssumeRole"],
            "Resource": ["*", "arn:aws:s3:::a{evil}"],
            "Condition": {{"StringLike": {{"aws:PrincipalTag/{evil}": "{evil}*",
                           "aws:sourceidentity": "{evil}"}}}}}}"#
    );
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
    let trust =
        statement.replace(r#""Resource": ["*", "#, r#""Principal": {"AWS": ["*", "#).replace(
            r#""],
            "Condition""#,
            r#""]}, "Condition""#,
        );
    write("policy.json", &policy);
    write(
        "accounts/111122223333.json",
        &format!(
            r#"{{"UserDetailList": [{{"UserName": "ann", "Arn": "{ANN}",
                "UserPolicyList": [{{"PolicyName": "p", "PolicyDocument": {policy}}}]}}],
              "RoleDetailList": [{{"RoleName": "jump", "Arn": "{JUMP}",
                "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{trust}]}}}}]}}"#
        ),
    );
    write("requests.csv", &format!("action,resource\ns3:Get{evil},*\n"));
    write("case.json", &format!("{{\"account\": {{\"AccountId\": \"{evil}\"}}}}"));
    let mut shown = 0;
    for line in [
        line("lint policy.json", &[]),
        line("lint --sarif policy.json", &[]),
        line("explain --case case.json", &[]),
        over_accounts("explain", &["--caller", ANN, "--role", JUMP]),
        over_accounts("simulate", &["--caller", ANN, "--requests", "requests.csv"]),
        over_accounts("simulate", &["--caller", ANN, "--action", "s3:GetObject"]),
        over_accounts("who-can", &["assume", JUMP]),
        over_accounts("who-can", &["assume", JUMP, "--graph", "dot"]),
        over_accounts("can", &["ann"]),
        line("audit accounts --at", &[NOON]),
        line("audit accounts --csv --at", &[NOON]),
    ] {
        let mut forms = vec![line.clone()];
        let only = ["--sarif", "--graph", "--csv"];
        if !line.iter().any(|word| only.contains(&word.as_str())) {
            forms.extend(with_json(&[line]));
        }
        for line in forms {
            let (_, stdout, stderr) = read(command(folder, &line).output().unwrap());
            let printed = stdout + &stderr;
            let found = UNSEEN.iter().find(|unseen| printed.contains(**unseen));
            assert_eq!(found, None, "{line:?}: {printed}");
            shown += usize::from(printed.contains('\u{fffd}') || printed.contains("\\u202e"));
        }
    }
    assert!(shown > 8, "only {shown} show what stands there");
}
