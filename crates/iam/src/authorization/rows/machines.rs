//! What machines get roles by, and what servers have.

rows! {
    CreateInstanceProfile (new InstanceProfile: path, instance_profile_name)
        keys [request_tags (tags)]
        also [tagging (TagInstanceProfile, tags)];
    GetInstanceProfile (existing InstanceProfile: instance_profile_name);
    ListInstanceProfiles (listed InstanceProfile: path_prefix);
    ListInstanceProfilesForRole (existing Role: role_name);
    DeleteInstanceProfile (existing InstanceProfile: instance_profile_name);
    AddRoleToInstanceProfile (existing InstanceProfile: instance_profile_name)
        also [pass_role_to_instances (role_name)];
    RemoveRoleFromInstanceProfile (existing InstanceProfile: instance_profile_name);
    TagInstanceProfile (existing InstanceProfile: instance_profile_name)
        keys [request_tags (tags)];
    UntagInstanceProfile (existing InstanceProfile: instance_profile_name)
        keys [tag_keys (tag_keys)];
    ListInstanceProfileTags (existing InstanceProfile: instance_profile_name);

    UploadServerCertificate (new ServerCertificate: path, server_certificate_name)
        keys [request_tags (tags)]
        also [tagging (TagServerCertificate, tags)];
    GetServerCertificate (existing ServerCertificate: server_certificate_name);
    ListServerCertificates (listed ServerCertificate: path_prefix);
    UpdateServerCertificate
        (changed ServerCertificate: server_certificate_name, new_server_certificate_name, new_path);
    DeleteServerCertificate (existing ServerCertificate: server_certificate_name);
    TagServerCertificate (existing ServerCertificate: server_certificate_name)
        keys [request_tags (tags)];
    UntagServerCertificate (existing ServerCertificate: server_certificate_name)
        keys [tag_keys (tag_keys)];
    ListServerCertificateTags (existing ServerCertificate: server_certificate_name);
}
