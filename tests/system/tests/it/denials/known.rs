//! What is known of single cases: who else must be asked, and what is answered otherwise here,
//! each with its reason.

/// Cases whose caller's account has no part in the explanation: its organization keeps it from
/// STS, and so from having a denial decoded. Who manages the organization is asked too.
pub(crate) const OF_MANAGEMENT: [&str; 1] = ["sandbox-ou-allow-list"];

/// What differs in a case that is replayed: the code, the message, the cause, or what comes
/// of the fix; what it is here; and why.
pub(crate) const DIFFERENT: [(&str, &str, &str, &str); 10] = [
    ("amplify-authrole-left-denying", "code", "AccessDenied", COGNITO),
    ("amplify-authrole-left-denying", "message", NOT_AUTHORIZED, COGNITO),
    ("cognito-assumerole-action", "code", "AccessDenied", COGNITO),
    ("cognito-assumerole-action", "message", NOT_AUTHORIZED, COGNITO),
    ("cognito-key-prefix-typo", "code", "AccessDenied", COGNITO),
    ("cognito-key-prefix-typo", "message", NOT_AUTHORIZED, COGNITO),
    (
        "instance-profile-role-not-in-trust",
        "fix",
        "error: the server refuses UpdateAssumeRolePolicy: MalformedPolicyDocument: Invalid \
         principal in policy: \"AWS\":\"arn:aws:iam::ACCOUNT:role/desktop-gateway\"; 0 of 1 \
         changes were made",
        "the case has no role of this name, which the trust policy names too; AWS refuses it alike",
    ),
    (
        "notebook-token-expired",
        "message",
        "Token expired: current date/time # must be before the expiration date/time #",
        "AWS leaves out the last space in some years",
    ),
    (
        "token-bad-signature",
        "message",
        "The web identity token provided could not be validated. See the \
         AssumeRoleWithWebIdentity documentation for requirements.",
        RECORDED,
    ),
    ("token-iat-in-future", "message", "Token issued in the future: #", RECORDED),
];

const NOT_AUTHORIZED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const COGNITO: &str = "Cognito has called STS there, and answers in words of its own";
const RECORDED: &str = "the text is that which AWS was recorded to answer in 2026";
