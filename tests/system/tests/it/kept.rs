//! What operations write is shown by others, and again after the server was started anew.

use std::path::PathBuf;

use stead_system_tests::{Answer, Built, Credentials, Process, Scratch, Service};

use crate::cast::TRUST;

/// A server that can be started anew on what it has written.
struct Kept {
    built: Built,
    data: PathBuf,
    server: Option<Process>,
    root: Credentials,
    _scratch: Scratch,
}

impl Kept {
    fn start(name: &str) -> Self {
        let built = Built::find().unwrap();
        let scratch = Scratch::new(name).unwrap();
        let data = scratch.path().join("data");
        let server = Some(built.serve(&data, &["--account", "111122223333"]).unwrap());
        let root = Credentials::of_directory(&data).unwrap();
        Self { built, data, server, root, _scratch: scratch }
    }

    fn start_anew(&mut self) {
        let ended = self.server.take().expect("it runs").terminate().unwrap();
        assert!(ended.success());
        self.server = Some(self.built.serve(&self.data, &[]).unwrap());
    }

    fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let client = self.server.as_ref().expect("it runs").client();
        client.call(Some(&self.root), Service::Iam, action, parameters).unwrap()
    }

    fn done(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.call(action, parameters);
        assert!(answer.is_ok(), "{action}: {} {}", answer.code(), answer.message());
        answer
    }

    fn refused(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.call(action, parameters).code().to_owned()
    }
}

#[test]
fn instance_profiles_keep_their_roles_and_tags() {
    let mut kept = Kept::start("kept-instance-profiles");
    let (profile, role) = (("InstanceProfileName", "web"), ("RoleName", "app"));
    let made = kept.done("CreateInstanceProfile", &[profile, ("Path", "/fleet/")]);
    let id = made.text("InstanceProfileId").unwrap().to_owned();
    kept.done("CreateRole", &[role, ("AssumeRolePolicyDocument", TRUST)]);
    kept.done("AddRoleToInstanceProfile", &[profile, role]);
    let tag = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    kept.done("TagInstanceProfile", &[&[profile], &tag[..]].concat());
    for start_anew in [false, true] {
        if start_anew {
            kept.start_anew();
        }
        let listed = kept.done("ListInstanceProfilesForRole", &[role]);
        assert_eq!(listed.text("InstanceProfileId"), Some(&*id));
        let arn = "arn:aws:iam::111122223333:instance-profile/fleet/web";
        assert!(listed.all("Arn").any(|shown| shown == arn));
        let tags = kept.done("ListInstanceProfileTags", &[profile]);
        assert_eq!((tags.text("Key"), tags.text("Value")), (Some("Team"), Some("red")));
        assert_eq!(kept.refused("DeleteRole", &[role]), "DeleteConflict");
        assert_eq!(kept.refused("DeleteInstanceProfile", &[profile]), "DeleteConflict");
    }
    kept.done("RemoveRoleFromInstanceProfile", &[profile, role]);
    kept.done("DeleteInstanceProfile", &[profile]);
    kept.done("DeleteRole", &[role]);
    kept.start_anew();
    assert_eq!(kept.refused("GetInstanceProfile", &[profile]), "NoSuchEntity");
}
