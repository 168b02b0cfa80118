//! What was acknowledged is there after the process was killed.

use crate::calls::{iam, profile};
use crate::process::{Scratch, Served, ending};

#[test]
fn acknowledged_writes_survive_sigkill() {
    let scratch = Scratch::new("sigkill");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let served = Served::start(scratch.path());
        let root = profile(scratch.path());
        let listed = iam(&served, &root, "Action=ListUsers");
        assert!(listed.starts_with("HTTP/1.1 200"), "{listed}");
        for name in &acknowledged {
            assert!(listed.contains(&format!("<UserName>{name}</UserName>")), "{name} is gone");
        }
        for number in 0..5 {
            let name = format!("user-{round}-{number}");
            let answer = iam(&served, &root, &format!("Action=CreateUser&UserName={name}"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            acknowledged.push(name);
        }
        served.kill();
    }
    let served = Served::start(scratch.path());
    let listed = iam(&served, &profile(scratch.path()), "Action=ListUsers");
    for name in &acknowledged {
        assert!(listed.contains(&format!("<UserName>{name}</UserName>")), "{name} is gone");
    }
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn a_second_server_is_told_and_commands_reach_the_first() {
    let scratch = Scratch::new("second");
    let served = Served::start(scratch.path());
    let second = ["serve", "--data", "data", "--listen", "127.0.0.1:0"];
    let (code, _, stderr) = ending(scratch.path(), &second);
    assert_eq!(code, 1);
    assert!(stderr.contains("in use by another server"), "{stderr}");
    assert!(stderr.contains("  help: one server per directory"), "{stderr}");
    let create = ["account", "create", "--data", "data", "--account", "111122223333", "--json"];
    let (code, stdout, _) = ending(scratch.path(), &create);
    assert_eq!(code, 0);
    let created: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(created.get("account"), Some(&"111122223333".into()));
    let (code, _, stderr) = ending(scratch.path(), &create);
    assert_eq!(code, 1);
    assert!(stderr.starts_with("error: account 111122223333 exists already\n"), "{stderr}");
    assert_eq!(served.terminate(), Some(0));
    // A socket that a killed server leaves behind is not mistaken for a server.
    Served::start(scratch.path()).kill();
    let (code, stdout, _) = ending(scratch.path(), &["account", "list", "--data", "data"]);
    assert_eq!((code, stdout.lines().count()), (0, 2));
    assert!(stdout.contains("111122223333"));
}
