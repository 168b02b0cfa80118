//! Model names become Rust names, and names in validation messages.

/// `RoleName` -> `role_name`, `MFADevices` -> `mfa_devices`, `QRCodePNG` -> `qr_code_png`.
///
/// A word ends where a lower case letter or digit meets an upper case one, and
/// before the last capital of a run that a lower case letter follows.
pub(crate) fn field(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut result = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(index + 1);
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        // `IDs` is one word.
        let plural = after == Some(&'s') && index + 2 == letters.len();
        if begins_word && !(plural && before.is_some_and(|before| before.is_uppercase())) {
            result.push('_');
        }
        result.extend(letter.to_lowercase());
    }
    match result.as_str() {
        "type" | "match" | "ref" | "use" | "as" => format!("r#{result}"),
        _ => result,
    }
}

/// `statusType` -> `StatusType`; words stay as the model spells them.
pub(crate) fn type_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `ACTION_LEVEL` -> `ActionLevel`, `ssh-rsa` -> `SshRsa`, `v1Token` -> `V1Token`.
pub(crate) fn variant(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let shouting = !text.chars().any(|letter| letter.is_ascii_lowercase());
    words
        .map(|word| {
            let word = if shouting { word.to_ascii_lowercase() } else { word.to_owned() };
            type_name(&word)
        })
        .collect()
}

/// `roleNameType` -> `ROLE_NAME_TYPE`.
pub(crate) fn constant(name: &str) -> String {
    field(name).trim_start_matches("r#").to_uppercase()
}

/// The name of a member in a validation message: `RoleName` -> `roleName`,
/// `ClientIDList` -> `clientIDList`. Only the first letter changes.
pub(crate) fn message_path(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Members in the order in which AWS reports their violations.
///
/// Observed: messages of several violations, of IAM and of other services of the
/// same framework, list members in the order of a Java `HashMap` keyed by the
/// member's name: sixteen buckets (more when three quarters are full), chosen by
/// the low bits of the spread hash of the name, first come first within one.
/// Recorded from IAM: `clientIDList`, `thumbprintList`, `url`, and
/// `minimumPasswordLength`, `passwordReusePrevention`, `maxPasswordAge`.
pub(crate) fn report_order<'a>(members: &[&'a str]) -> Vec<&'a str> {
    let mut buckets = 16;
    while members.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    let mut order = members.to_vec();
    order.sort_by_key(|name| bucket(&message_path(name), buckets));
    order
}

fn bucket(name: &str, buckets: usize) -> usize {
    let hash = name
        .encode_utf16()
        .fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    let spread = hash ^ (hash >> 16);
    usize::try_from(spread).unwrap_or_default() % buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case() {
        for (name, expected) in [
            ("RoleName", "role_name"),
            ("MFADevices", "mfa_devices"),
            ("QRCodePNG", "qr_code_png"),
            ("Base32StringSeed", "base32_string_seed"),
            ("ClientIDList", "client_id_list"),
            ("OpenIDConnectProviderArn", "open_id_connect_provider_arn"),
            ("AuthenticationCode1", "authentication_code1"),
            ("SSHPublicKeyId", "ssh_public_key_id"),
            ("Type", "r#type"),
            ("Arn", "arn"),
            ("tokenIssueTime", "token_issue_time"),
        ] {
            assert_eq!(field(name), expected);
        }
    }

    #[test]
    fn variants_are_camel_case() {
        for (text, expected) in [
            ("ACTION_LEVEL", "ActionLevel"),
            ("v1Token", "V1Token"),
            ("stringList", "StringList"),
            ("Active", "Active"),
            ("User", "User"),
            ("PERMISSIONS_POLICY", "PermissionsPolicy"),
            ("LocalManagedPolicy", "LocalManagedPolicy"),
        ] {
            assert_eq!(variant(text), expected);
        }
    }

    #[test]
    fn violations_are_reported_in_the_recorded_order() {
        // Observed: IAM, CreateOpenIDConnectProvider and UpdateAccountPasswordPolicy.
        assert_eq!(
            report_order(&["Url", "ClientIDList", "ThumbprintList", "Tags"]),
            ["ClientIDList", "ThumbprintList", "Url", "Tags"]
        );
        let members = [
            "MinimumPasswordLength",
            "RequireSymbols",
            "RequireNumbers",
            "RequireUppercaseCharacters",
            "RequireLowercaseCharacters",
            "AllowUsersToChangePassword",
            "MaxPasswordAge",
            "PasswordReusePrevention",
            "HardExpiry",
        ];
        let numbers: Vec<&str> = report_order(&members)
            .into_iter()
            .filter(|name| {
                name.ends_with("Length") || name.contains("Age") || name.contains("Reuse")
            })
            .collect();
        assert_eq!(numbers, ["MinimumPasswordLength", "PasswordReusePrevention", "MaxPasswordAge"]);
    }
}
