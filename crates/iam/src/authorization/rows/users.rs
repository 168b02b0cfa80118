//! Users, their policies, boundaries, tags and groups.

rows! {
    CreateUser (new User: path, user_name)
        keys [request_tags (tags), new_boundary (permissions_boundary)]
        also [tagging (TagUser, tags)];
    // Without a name it is who calls, also the root user.
    GetUser (user or caller: user_name);
    ListUsers (listed User: path_prefix);
    UpdateUser (changed User: user_name, new_user_name, new_path);
    DeleteUser (existing User: user_name);

    TagUser (existing User: user_name) keys [request_tags (tags)];
    UntagUser (existing User: user_name) keys [tag_keys (tag_keys)];
    ListUserTags (existing User: user_name);

    PutUserPermissionsBoundary (existing User: user_name)
        keys [required_boundary (permissions_boundary)];
    DeleteUserPermissionsBoundary (existing User: user_name) keys [boundary_of_user (user_name)];

    PutUserPolicy (existing User: user_name) keys [boundary_of_user (user_name)];
    GetUserPolicy (existing User: user_name);
    ListUserPolicies (existing User: user_name);
    DeleteUserPolicy (existing User: user_name) keys [boundary_of_user (user_name)];

    AttachUserPolicy (existing User: user_name)
        keys [boundary_of_user (user_name), policy_arn (policy_arn)];
    DetachUserPolicy (existing User: user_name)
        keys [boundary_of_user (user_name), policy_arn (policy_arn)];
    ListAttachedUserPolicies (existing User: user_name);

    ListGroupsForUser (existing User: user_name);
}
