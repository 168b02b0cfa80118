//! What is asked, as it arrives: text.

use stead_policy::Decision;

/// Whom the policies of every set belong to.
pub const ACCOUNT: &str = "111122223333";
pub const USER: &str = "arn:aws:iam::111122223333:user/Alice";
pub const USER_ID: &str = "AIDAIOSFODNN7EXAMPLE1";
pub const ACTION: &str = "sts:AssumeRole";
pub const TEAM: &str = "payments";
pub const EXTERNAL_ID: &str = "c1f4e9d2-7a35";

/// One request, with those context keys for which the policies of the sets ask.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub account: &'static str,
    pub user: &'static str,
    pub user_id: &'static str,
    pub team: &'static str,
    pub action: &'static str,
    pub resource: &'static str,
    pub source_ip: &'static str,
    pub region: &'static str,
    pub secure_transport: &'static str,
    pub via_aws_service: &'static str,
    pub mfa_present: &'static str,
    pub mfa_age: &'static str,
    pub external_id: &'static str,
    pub session_name: &'static str,
    pub expected: Decision,
}

impl Question {
    /// One that the deciding policies of every set allow.
    pub const ALLOWED: Self = Self {
        account: ACCOUNT,
        user: USER,
        user_id: USER_ID,
        team: TEAM,
        action: ACTION,
        resource: "arn:aws:iam::111122223333:role/deploy/web-frontend",
        source_ip: "203.0.113.77",
        region: "eu-central-1",
        secure_transport: "true",
        via_aws_service: "false",
        mfa_present: "true",
        mfa_age: "640",
        external_id: EXTERNAL_ID,
        session_name: "alice-deploys",
        expected: Decision::Allow,
    };

    /// Its context keys as AWS names them, in no particular order.
    pub fn context(&self) -> [(&'static str, &'static str); 9] {
        [
            ("aws:SourceIp", self.source_ip),
            ("aws:RequestedRegion", self.region),
            ("aws:SecureTransport", self.secure_transport),
            ("aws:ViaAWSService", self.via_aws_service),
            ("aws:MultiFactorAuthPresent", self.mfa_present),
            ("aws:MultiFactorAuthAge", self.mfa_age),
            ("aws:PrincipalTag/team", self.team),
            ("sts:ExternalId", self.external_id),
            ("sts:RoleSessionName", self.session_name),
        ]
    }
}
