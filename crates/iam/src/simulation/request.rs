//! What both operations are asked, in one form, and AWS's checks of it.

use stead_api::iam::{ContextEntry, SimulateCustomPolicyRequest, SimulatePrincipalPolicyRequest};
use stead_api::{ApiError, ErrorCode};
use stead_types::{AccountId, Arn};

/// The most resources of one simulation.
///
/// Choice: AWS documents no bound. Every action of a page is evaluated for each.
const RESOURCES_MAX: usize = 1_000;

/// A simulation as it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) policies: Vec<String>,
    pub(super) boundaries: Vec<String>,
    pub(super) actions: Vec<String>,
    pub(super) resources: Resources,
    pub(super) resource_policy: Option<String>,
    pub(super) resource_owner: Option<String>,
    pub(super) caller_arn: Option<String>,
    pub(super) entries: Vec<ContextEntry>,
    pub(super) handling: Option<String>,
    pub(super) max_items: Option<i32>,
    pub(super) marker: Option<String>,
}

/// What the actions would be done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resources {
    /// Nothing in particular: `*`, or nothing given.
    Any,
    /// These ARNs, in their order.
    Named(Vec<String>),
}

impl Resources {
    fn read(arns: Vec<String>) -> Self {
        match arns.as_slice() {
            [] => Self::Any,
            [all] if all == "*" => Self::Any,
            _ => Self::Named(arns),
        }
    }

    /// What policies match, one by one.
    pub(super) fn arns(&self) -> &[String] {
        match self {
            Self::Any => &[],
            Self::Named(arns) => arns,
        }
    }

    /// How many evaluations an action takes.
    pub(super) const fn count(&self) -> usize {
        match self {
            Self::Any => 1,
            Self::Named(arns) => arns.len(),
        }
    }
}

impl From<SimulateCustomPolicyRequest> for Request {
    fn from(input: SimulateCustomPolicyRequest) -> Self {
        Self {
            policies: input.policy_input_list,
            boundaries: input.permissions_boundary_policy_input_list,
            actions: input.action_names,
            resources: Resources::read(input.resource_arns),
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
            caller_arn: input.caller_arn,
            entries: input.context_entries,
            handling: input.resource_handling_option,
            max_items: input.max_items,
            marker: input.marker,
        }
    }
}

impl From<SimulatePrincipalPolicyRequest> for Request {
    fn from(input: SimulatePrincipalPolicyRequest) -> Self {
        Self {
            policies: input.policy_input_list,
            boundaries: input.permissions_boundary_policy_input_list,
            actions: input.action_names,
            resources: Resources::read(input.resource_arns),
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
            caller_arn: input.caller_arn,
            entries: input.context_entries,
            handling: input.resource_handling_option,
            max_items: input.max_items,
            marker: input.marker,
        }
    }
}

impl Request {
    /// Checks what can be checked without looking at any policy.
    ///
    /// # Errors
    /// Observed: radkawar/stackd, recorded in 2026, the texts of all but the number of
    /// resources.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if self.boundaries.len() > 1 {
            return Err(invalid(
                "The list of Permissions Boundary policies cannot exceed 1 items.",
            ));
        }
        if self.resources.count() > RESOURCES_MAX {
            let message = format!("The list of ResourceArns cannot exceed {RESOURCES_MAX} items.");
            return Err(invalid(message));
        }
        if let Some(arn) = self.resources.arns().iter().find(|arn| !is_resource(arn)) {
            return Err(invalid(format!("ResourceNames are not in a valid ARN format: {arn}.")));
        }
        if self.actions.iter().any(|action| !action.contains(':')) {
            return Err(invalid("The action is invalid since it is missing names"));
        }
        self.check_handling()
    }

    /// Spec: API SimulatePrincipalPolicy, ResourceHandlingOption: the scenarios in which an
    /// instance of EC2 is started. Observed: the same recording: an option is looked at where
    /// resources are named, two scenarios more are known, and incomplete sets of resources
    /// are taken.
    fn check_handling(&self) -> Result<(), ApiError> {
        const SCENARIOS: [&str; 6] = [
            "EC2-Classic-InstanceStore",
            "EC2-Classic-EBS",
            "EC2-VPC-InstanceStore",
            "EC2-VPC-InstanceStore-Subnet",
            "EC2-VPC-EBS",
            "EC2-VPC-EBS-Subnet",
        ];
        let Some(option) = &self.handling else { return Ok(()) };
        if self.resources == Resources::Any {
            return Ok(());
        }
        let known = SCENARIOS.contains(&option.as_str());
        let has_it = |action: &&String| known && action.eq_ignore_ascii_case("ec2:RunInstances");
        match self.actions.iter().find(|action| !has_it(action)) {
            None => Ok(()),
            Some(action) => Err(invalid(format!(
                "Invalid input resource handling options. Action does not support resource handling options: {action}."
            ))),
        }
    }

    /// The account that is said to own the resources.
    ///
    /// # Errors
    /// Observed: boto/botocore issue 1346, with an account number, which AWS documents.
    /// Recorded in 2026 (radkawar/stackd): ARNs of IAM are taken.
    pub(super) fn owner(&self) -> Result<Option<AccountId>, ApiError> {
        let Some(text) = &self.resource_owner else { return Ok(None) };
        let arn = text.parse::<Arn>().ok().filter(|arn| {
            arn.service() == "iam" && arn.region().is_empty() && !arn.resource().is_empty()
        });
        match arn.and_then(|arn| arn.account()) {
            Some(account) => Ok(Some(account)),
            None => Err(invalid(format!("'{text}' is not a valid as a Resource Owner."))),
        }
    }
}

/// Whether a text has the six parts of an ARN, those filled in that every one has.
fn is_resource(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let [arn, partition, service, _, _, resource] = std::array::from_fn(|_| parts.next());
    let filled = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
    arn == Some("arn") && filled(partition) && filled(service) && filled(resource)
}

/// The error of nearly everything that is wrong with a simulation.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(action: &str, resources: &[&str]) -> Request {
        let input = SimulateCustomPolicyRequest {
            action_names: vec![action.to_owned()],
            resource_arns: resources.iter().map(|arn| (*arn).to_owned()).collect(),
            ..SimulateCustomPolicyRequest::default()
        };
        input.into()
    }

    #[test]
    fn resources_are_arns_or_all() {
        for good in [&[][..], &["*"], &["arn:aws:s3:::b"], &["arn:aws:s3:::b", "arn:aws:x:y:z:w:v"]]
        {
            request("s3:GetObject", good).check().unwrap();
        }
        for bad in ["not-an-arn", "arn:aws:s3", "arn::s3:::b", "arn:aws::::b", "arn:aws:s3:::", "*"]
        {
            let error = request("s3:GetObject", &["arn:aws:s3:::b", bad]).check().unwrap_err();
            let expected = format!("ResourceNames are not in a valid ARN format: {bad}.");
            assert_eq!((error.code(), error.message()), (ErrorCode::InvalidInput, &*expected));
        }
        let many = vec!["arn:aws:s3:::b"; RESOURCES_MAX + 1];
        request("s3:GetObject", &many[1..]).check().unwrap();
        request("s3:GetObject", &many).check().unwrap_err();
    }

    #[test]
    fn actions_and_options_are_checked() {
        let missing = request("GetObject", &[]).check().unwrap_err();
        assert_eq!(missing.message(), "The action is invalid since it is missing names");
        let instance = "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0";
        for (action, resources, option, good) in [
            ("ec2:RunInstances", &[instance][..], "EC2-VPC-EBS", true),
            ("EC2:runinstances", &[instance], "EC2-Classic-EBS", true),
            ("ec2:RunInstances", &[instance], "fictional", false),
            ("s3:GetObject", &[instance], "EC2-VPC-EBS", false),
            ("s3:GetObject", &["*"], "fictional", true),
        ] {
            let mut request = request(action, resources);
            request.handling = Some(option.to_owned());
            assert_eq!(request.check().is_ok(), good, "{action} {option}");
        }
    }

    #[test]
    fn owners_are_arns_of_accounts() {
        let owner = |text: &str| {
            let mut request = request("s3:GetObject", &[]);
            request.resource_owner = Some(text.to_owned());
            request.owner().map_err(|error| error.message().to_owned())
        };
        let account = "999999999999".parse().unwrap();
        assert_eq!(owner("arn:aws:iam::999999999999:root"), Ok(Some(account)));
        for bad in ["999999999999", "arn:aws:iam::aws:root", "arn:aws:sts::999999999999:root", "x"]
        {
            assert_eq!(owner(bad), Err(format!("'{bad}' is not a valid as a Resource Owner.")));
        }
    }
}
