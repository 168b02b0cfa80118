use serde_json::Value;
use stead_analysis::{CaseError, Export, ExportError, ExportFile, ExportPlace, World, locate};

/// Files of an export, each behind a line `--- NAME`: whatever is wrong is told where it
/// stands, every user and role that stands in a file is in the accounts, and its place is
/// found again.
pub fn account_export(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let files = files(text);
    let mut export = match Export::read_for_world(&files) {
        Ok(export) => export,
        Err(error) => return must_be_placed(&error, &files),
    };
    let world = match export.take_world() {
        Ok(world) => world,
        Err(error) => return must_be_in_a_file(&error, &export, &files),
    };
    let mut entities = entities(&files);
    for arn in arns(&world) {
        let place = world.place_of_entity(&arn).expect("it was read somewhere");
        let origin = export.origin_in_world(place).expect("it was read from a file");
        let file = files.iter().find(|file| file.name == origin.file).expect("a file of these");
        let span = locate(&file.text, &origin.pointer, false).expect("it stands there");
        let entity: Value = serde_json::from_str(span.of(&file.text)).expect("a part of JSON");
        assert_eq!(entity["Arn"], arn.as_str(), "something else stands there");
        let index = entities.iter().position(|it| *it == arn.as_str());
        entities.swap_remove(index.expect("nobody is made up, and nobody is there twice"));
    }
    assert!(entities.is_empty(), "{entities:?} were left out");
}

fn files(text: &str) -> Vec<ExportFile> {
    let named = |part: &str| {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        ExportFile { name: name.to_owned(), text: text.to_owned() }
    };
    let mut files: Vec<ExportFile> = text.split("--- ").skip(1).map(named).collect();
    // Two files of a directory do not have one name.
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files.dedup_by(|left, right| left.name == right.name);
    files
}

fn must_be_placed(error: &ExportError, files: &[ExportFile]) {
    let Some(name) = &error.file else { return };
    let file = files.iter().find(|file| file.name == *name).expect("a file of these");
    match &error.place {
        ExportPlace::File => {}
        ExportPlace::Position(line, _) => super::line_must_be_there(*line, &file.text),
        ExportPlace::Pointer(pointer) => {
            assert!(locate(&file.text, pointer, true).is_some(), "{error} is nowhere");
        }
    }
}

/// What stands in no list stands in no one file.
fn must_be_in_a_file(error: &CaseError, export: &Export, files: &[ExportFile]) {
    let CaseError::Unexpected { pointer, .. } = error else { panic!("{error}") };
    let in_list = pointer.split('/').any(|token| token.parse::<usize>().is_ok());
    match export.origin_in_world(pointer) {
        Some(origin) => {
            let file = files.iter().find(|file| file.name == origin.file).expect("one of these");
            assert!(locate(&file.text, &origin.pointer, true).is_some(), "{error} is nowhere");
        }
        None => assert!(!in_list || pointer.starts_with("/otherAccounts/"), "{error} is nowhere"),
    }
}

/// The ARNs of users and roles as they stand in the files.
fn entities(files: &[ExportFile]) -> Vec<String> {
    let documents: Vec<Value> =
        files.iter().map(|file| serde_json::from_str(&file.text).expect("it was read")).collect();
    let of = |details: &Value| -> Vec<String> {
        let lists = ["UserDetailList", "RoleDetailList"].map(|list| details[list].as_array());
        let entities = lists.into_iter().flatten().flatten();
        entities.map(|entity| entity["Arn"].as_str().expect("it was read").to_owned()).collect()
    };
    let all = documents.iter().flat_map(|document| {
        let is_account = !document["AccountId"].is_null();
        let own = of(document);
        if is_account {
            own.into_iter().chain(of(&document["Authorization"])).collect()
        } else {
            own
        }
    });
    all.collect()
}

fn arns(world: &World) -> Vec<stead_types::Arn> {
    let all = world.accounts().flat_map(|account| {
        let id = account.snapshot.account();
        let users = account.snapshot.users("/", None).map(move |user| user.arn(id));
        users.chain(account.snapshot.roles("/", None).map(move |role| role.arn(id)))
    });
    all.collect()
}
