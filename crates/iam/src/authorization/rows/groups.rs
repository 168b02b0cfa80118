//! Groups, their members and policies. Groups have neither tags nor a boundary.

rows! {
    CreateGroup (new Group: path, group_name);
    GetGroup (existing Group: group_name);
    ListGroups (listed Group: path_prefix);
    UpdateGroup (changed Group: group_name, new_group_name, new_path);
    DeleteGroup (existing Group: group_name);

    // Of the two that a membership has, the group is asked about.
    AddUserToGroup (existing Group: group_name);
    RemoveUserFromGroup (existing Group: group_name);

    PutGroupPolicy (existing Group: group_name);
    GetGroupPolicy (existing Group: group_name);
    ListGroupPolicies (existing Group: group_name);
    DeleteGroupPolicy (existing Group: group_name);

    AttachGroupPolicy (existing Group: group_name) keys [policy_arn (policy_arn)];
    DetachGroupPolicy (existing Group: group_name) keys [policy_arn (policy_arn)];
    ListAttachedGroupPolicies (existing Group: group_name);
}
