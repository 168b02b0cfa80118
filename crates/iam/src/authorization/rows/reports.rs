//! What policies would say, and what was done with them.

use stead_authorizer::Ask;
use stead_types::Arn;

use crate::{service_access, simulation};

rows! {
    SimulateCustomPolicy (any);
    SimulatePrincipalPolicy
        (by ["group", "role", "user"] tags OfResource, "`{policy_source_arn}`",
         |action, input, call| simulation::question(action, &input.policy_source_arn, call));
    GetContextKeysForCustomPolicy (any);
    GetContextKeysForPrincipalPolicy
        (by ["group", "role", "user"] tags OfResource, "`{policy_source_arn}`",
         |action, input, call| simulation::question(action, &input.policy_source_arn, call));

    GenerateServiceLastAccessedDetails
        (by ["group", "policy", "role", "user"] tags OfResource, "`{arn}`",
         |action, input, call| Ok(service_access::question(action, &input.arn, call)));
    GetServiceLastAccessedDetails (any);
    GetServiceLastAccessedDetailsWithEntities (any);
    ListPoliciesGrantingServiceAccess
        (by ["group", "role", "user"] tags OfResource, "`{arn}`",
         |action, input, call| Ok(service_access::question(action, &input.arn, call)));

    GenerateOrganizationsAccessReport
        (by ["access-report"] tags None, "`{entity_path}`",
         |action, input, call| {
             let account = call.account.account();
             let report = Arn::iam(account, &format!("access-report/{}", input.entity_path));
             Ok(Ask::plain(action, account, report.as_str()))
         })
        keys [value ("iam:OrganizationsPolicyId", "{organizations_policy_id}",
                     |input, _| input.organizations_policy_id.clone())];
    GetOrganizationsAccessReport (any);
}
