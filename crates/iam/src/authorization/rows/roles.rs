//! Roles, their policies, boundaries and tags, and those that services have.

use crate::service_linked_role;

rows! {
    CreateRole (new Role: path, role_name)
        keys [request_tags (tags), new_boundary (permissions_boundary)]
        also [tagging (TagRole, tags)];
    GetRole (existing Role: role_name) keys [boundary_of_role (role_name)];
    ListRoles (listed Role: path_prefix);
    UpdateRole (existing Role: role_name) keys [boundary_of_role (role_name)];
    UpdateRoleDescription (existing Role: role_name) keys [boundary_of_role (role_name)];
    UpdateAssumeRolePolicy (existing Role: role_name) keys [boundary_of_role (role_name)];
    DeleteRole (existing Role: role_name) keys [boundary_of_role (role_name)];

    TagRole (existing Role: role_name) keys [request_tags (tags)];
    UntagRole (existing Role: role_name) keys [tag_keys (tag_keys)];
    ListRoleTags (existing Role: role_name);

    PutRolePermissionsBoundary (existing Role: role_name)
        keys [required_boundary (permissions_boundary)];
    DeleteRolePermissionsBoundary (existing Role: role_name) keys [boundary_of_role (role_name)];

    PutRolePolicy (existing Role: role_name) keys [boundary_of_role (role_name)];
    GetRolePolicy (existing Role: role_name);
    ListRolePolicies (existing Role: role_name);
    DeleteRolePolicy (existing Role: role_name) keys [boundary_of_role (role_name)];

    AttachRolePolicy (existing Role: role_name)
        keys [boundary_of_role (role_name), policy_arn (policy_arn)];
    DetachRolePolicy (existing Role: role_name)
        keys [boundary_of_role (role_name), policy_arn (policy_arn)];
    ListAttachedRolePolicies (existing Role: role_name);

    // For a service that is not known it is a role without the service's name.
    CreateServiceLinkedRole
        (by ["role"] tags None,
         "to be created: the role of the service `{aws_service_name}`, with `{custom_suffix}`",
         |action, input, call| Ok(service_linked_role::new_question(action, input, call)))
        keys [value ("iam:AWSServiceName", "{aws_service_name}",
                     |input, _| Some(input.aws_service_name.clone()))];
    DeleteServiceLinkedRole (existing Role: role_name);
    GetServiceLinkedRoleDeletionStatus
        (by ["role"] tags OfResource, "the role in `{deletion_task_id}`; `*` where it names none",
         |action, input, call| {
             Ok(service_linked_role::task_question(action, &input.deletion_task_id, call))
         });
}
