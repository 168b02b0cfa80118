//! Managed policies, their versions and tags.

rows! {
    CreatePolicy (new Policy: path, policy_name)
        keys [request_tags (tags)]
        also [tagging (TagPolicy, tags)];
    GetPolicy (existing Policy: policy_arn);
    ListPolicies (listed Policy: path_prefix);
    DeletePolicy (existing Policy: policy_arn);
    ListEntitiesForPolicy (existing Policy: policy_arn);

    CreatePolicyVersion (existing Policy: policy_arn);
    GetPolicyVersion (existing Policy: policy_arn);
    ListPolicyVersions (existing Policy: policy_arn);
    DeletePolicyVersion (existing Policy: policy_arn);
    SetDefaultPolicyVersion (existing Policy: policy_arn);

    TagPolicy (existing Policy: policy_arn) keys [request_tags (tags)];
    UntagPolicy (existing Policy: policy_arn) keys [tag_keys (tag_keys)];
    ListPolicyTags (existing Policy: policy_arn);
}
