//! `stead exec`: the command's environment, and how it ends.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::credentials::World;
use crate::process::{read, terminate};

fn run(world: &World, arguments: &[&str]) -> (i32, String, String) {
    let mut command = world.command(&[&["exec"], arguments].concat());
    command.env("AWS_PROFILE", "other").env("AWS_SESSION_TOKEN", "");
    read(command.output().unwrap())
}

fn value<'a>(printed: &'a str, name: &str) -> Option<&'a str> {
    let pairs = printed.lines().filter_map(|line| line.split_once('='));
    pairs.filter(|(other, _)| *other == name).map(|(_, value)| value).next()
}

#[test]
fn a_command_has_the_roles_credentials_and_no_others() {
    let world = World::new("exec");
    let (code, printed, stderr) = run(&world, &["--region", "eu-west-1", "--", "env"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(value(&printed, "AWS_ACCESS_KEY_ID").unwrap().starts_with("ASIA"));
    assert!(value(&printed, "AWS_SESSION_TOKEN").is_some_and(|token| !token.is_empty()));
    for (name, expected) in [
        ("AWS_REGION", Some("eu-west-1")),
        ("AWS_DEFAULT_REGION", Some("eu-west-1")),
        ("AWS_ENDPOINT_URL", Some(world.served.base_url.as_str())),
        ("AWS_PROFILE", None),
        ("AWS_ROLE_ARN", None),
    ] {
        assert_eq!(value(&printed, name), expected, "{name}");
    }
    let url = format!("{}/", world.served.base_url);
    let (_, printed, _) = run(&world, &["--endpoint-url", &url, "--", "env"]);
    assert_eq!(value(&printed, "AWS_ENDPOINT_URL"), Some(world.served.base_url.as_str()));
}

#[test]
fn it_ends_as_the_command_ends() {
    let world = World::new("exec-codes");
    for serve in [&[][..], &["--serve"]] {
        for (command, expected) in [
            (&["sh", "-c", "exit 7"][..], 7),
            (&["sh", "-c", "test \"$1\" = --role", "sh", "--role"], 0),
            (&["no-such-command"], 127),
            (&["/"], 126),
        ] {
            let (code, _, stderr) = run(&world, &[serve, &["--"], command].concat());
            assert_eq!(code, expected, "{serve:?} {command:?}: {stderr}");
        }
    }
    let (code, _, _) = run(&world, &["--serve", "--", "sh", "-c", "kill -KILL $$"]);
    assert_eq!(code, 128 + 9);
    let (code, _, _) = run(&world, &[]);
    assert_eq!(code, 2);
    let other = world.role.replace("role/reader", "role/other");
    let (code, stdout, _) = run(&world, &["--role-arn", &other, "--", "echo", "ran"]);
    assert_eq!((code, stdout.as_str()), (3, ""));
}

#[test]
fn beside_a_long_command_credentials_are_served() {
    let world = World::new("exec-serve");
    let (code, printed, stderr) = run(&world, &["--serve", "--", "env"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(value(&printed, "AWS_ACCESS_KEY_ID"), None);
    assert_eq!(value(&printed, "AWS_SHARED_CREDENTIALS_FILE"), Some("/dev/null"));
    let uri = value(&printed, "AWS_CONTAINER_CREDENTIALS_FULL_URI").unwrap();
    assert!(uri.starts_with("http://127.0.0.1:") && uri.ends_with("/credentials"), "{uri}");
    assert!(value(&printed, "AWS_CONTAINER_AUTHORIZATION_TOKEN").is_some());
}

#[test]
fn signals_are_the_commands() {
    let world = World::new("exec-signals");
    for serve in [&[][..], &["--serve"]] {
        let script = "trap 'kill $!; exit 5' TERM; echo ready; sleep 60 & wait";
        let arguments = [&["exec"], serve, &["--", "sh", "-c", script]].concat();
        let mut command = world.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        assert_eq!(terminate(&mut child), Some(5), "{serve:?}");
    }
}
