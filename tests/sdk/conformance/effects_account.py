"""The effects of operations on identity providers, server certificates and the account, and
of those that give out a session."""

import world
from effect import Effect, Reading
from fixtures import DECRYPTION_KEY, METADATA, TAG, THUMBPRINT, World, server_certificate


def create_open_id_connect_provider(w: World) -> Effect:
    bare = f"{w.name('idp')}.example.com"
    provider = {"OpenIDConnectProviderArn": w.arn(f"oidc-provider/{bare}")}
    given = {"Url": f"https://{bare}", "ThumbprintList": [THUMBPRINT], "ClientIDList": ["app"], "Tags": [TAG]}
    shown = Reading("GetOpenIDConnectProvider", "[ClientIDList, ThumbprintList, Tags]", provider)
    return Effect(given, shown, [["app"], [THUMBPRINT], [TAG]])


def delete_open_id_connect_provider(w: World) -> Effect:
    provider = w.issuer()
    return Effect(provider, Reading("GetOpenIDConnectProvider", "Url", provider), "NoSuchEntity")


def add_client_id(w: World) -> Effect:
    provider = w.issuer()
    shown = Reading("GetOpenIDConnectProvider", "ClientIDList", provider)
    return Effect({**provider, "ClientID": "app"}, shown, ["app"])


def remove_client_id(w: World) -> Effect:
    provider = w.issuer(ClientIDList=["app", "web"])
    shown = Reading("GetOpenIDConnectProvider", "ClientIDList", provider)
    return Effect({**provider, "ClientID": "app"}, shown, ["web"])


def update_thumbprint(w: World) -> Effect:
    provider = w.issuer()
    shown = Reading("GetOpenIDConnectProvider", "ThumbprintList", provider)
    return Effect({**provider, "ThumbprintList": ["a" * 40]}, shown, ["a" * 40])


def tag_open_id_connect_provider(w: World) -> Effect:
    provider = w.issuer()
    return Effect({**provider, "Tags": [TAG]}, Reading("ListOpenIDConnectProviderTags", "Tags", provider), [TAG])


def untag_open_id_connect_provider(w: World) -> Effect:
    provider = w.issuer(Tags=[TAG])
    return Effect({**provider, "TagKeys": ["Team"]}, Reading("ListOpenIDConnectProviderTags", "Tags", provider), [])


def create_saml_provider(w: World) -> Effect:
    name = w.name("idp")
    provider = {"SAMLProviderArn": w.arn(f"saml-provider/{name}")}
    shown = Reading("GetSAMLProvider", "[SAMLMetadataDocument, Tags]", provider)
    return Effect({"Name": name, "SAMLMetadataDocument": METADATA, "Tags": [TAG]}, shown, [METADATA, [TAG]])


def update_saml_provider(w: World) -> Effect:
    provider = w.saml()
    given = {**provider, "AssertionEncryptionMode": "Required", "AddPrivateKey": DECRYPTION_KEY}
    shown = Reading("GetSAMLProvider", "[AssertionEncryptionMode, length(PrivateKeyList || `[]`)]", provider)
    return Effect(given, shown, ["Required", 1])


def delete_saml_provider(w: World) -> Effect:
    provider = w.saml()
    return Effect(provider, Reading("GetSAMLProvider", "CreateDate", provider), "NoSuchEntity")


def tag_saml_provider(w: World) -> Effect:
    provider = w.saml()
    return Effect({**provider, "Tags": [TAG]}, Reading("ListSAMLProviderTags", "Tags", provider), [TAG])


def untag_saml_provider(w: World) -> Effect:
    provider = w.saml(Tags=[TAG])
    return Effect({**provider, "TagKeys": ["Team"]}, Reading("ListSAMLProviderTags", "Tags", provider), [])


def upload_server_certificate(w: World) -> Effect:
    name = {"ServerCertificateName": w.name("certificate")}
    shown = Reading("GetServerCertificate", "ServerCertificate.[CertificateBody, Tags]", name)
    parts = server_certificate()
    return Effect({**name, **parts, "Tags": [TAG]}, shown, [parts["CertificateBody"].strip(), [TAG]])


def update_server_certificate(w: World) -> Effect:
    name, other = w.certificate(), w.name("certificate")
    shown = Reading(
        "GetServerCertificate", "ServerCertificate.ServerCertificateMetadata.Path", {"ServerCertificateName": other}
    )
    return Effect({**name, "NewServerCertificateName": other, "NewPath": "/moved/"}, shown, "/moved/")


def delete_server_certificate(w: World) -> Effect:
    name = w.certificate()
    return Effect(name, Reading("GetServerCertificate", "ServerCertificate.CertificateBody", name), "NoSuchEntity")


def tag_server_certificate(w: World) -> Effect:
    name = w.certificate()
    return Effect({**name, "Tags": [TAG]}, Reading("ListServerCertificateTags", "Tags", name), [TAG])


def untag_server_certificate(w: World) -> Effect:
    name = w.certificate(Tags=[TAG])
    return Effect({**name, "TagKeys": ["Team"]}, Reading("ListServerCertificateTags", "Tags", name), [])


def reset_service_specific_credential(w: World) -> Effect:
    # No operation shows a password, or whether it is a new one: that the credential is the
    # same one is what can be read.
    held = w.credential()
    ids = Reading(
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials[].ServiceSpecificCredentialId",
        {"UserName": held["UserName"]},
    )
    return Effect(held, lambda _: ids, [held["ServiceSpecificCredentialId"]])


def create_account_alias(w: World) -> Effect:
    alias = w.name(f"stead-{w.account}")
    return Effect({"AccountAlias": alias}, Reading("ListAccountAliases", "AccountAliases"), [alias])


def delete_account_alias(w: World) -> Effect:
    alias = {"AccountAlias": w.name(f"stead-{w.account}")}
    w.do("CreateAccountAlias", **alias)
    return Effect(alias, Reading("ListAccountAliases", "AccountAliases"), [])


def update_account_password_policy(w: World) -> Effect:
    given = {"MinimumPasswordLength": 14, "MaxPasswordAge": 90, "RequireNumbers": True}
    part = "PasswordPolicy.[MinimumPasswordLength, MaxPasswordAge, RequireNumbers]"
    shown = Reading("GetAccountPasswordPolicy", part)
    return Effect(given, shown, [14, 90, True])


def delete_account_password_policy(w: World) -> Effect:
    w.do("UpdateAccountPasswordPolicy", MinimumPasswordLength=9)
    length = Reading("GetAccountPasswordPolicy", "PasswordPolicy.MinimumPasswordLength")
    return Effect({}, length, "NoSuchEntity")


def enable_outbound(w: World) -> Effect:
    return Effect({}, Reading("GetOutboundWebIdentityFederationInfo", "JwtVendingEnabled"), True)


def disable_outbound(w: World) -> Effect:
    w.outbound_enabled()
    return Effect({}, Reading("GetOutboundWebIdentityFederationInfo", "JwtVendingEnabled"), "FeatureDisabled")


def set_security_token_service_preferences(w: World) -> Effect:
    shown = Reading("GetAccountSummary", "SummaryMap.GlobalEndpointTokenVersion")
    return Effect({"GlobalEndpointTokenVersion": "v2Token"}, shown, 2)


def generate_credential_report(w: World) -> Effect:
    return Effect({}, Reading("GetCredentialReport", "ReportFormat"), "text/csv")


def generate_service_last_accessed_details(w: World) -> Effect:
    shown = lambda answer: Reading("GetServiceLastAccessedDetails", "JobStatus", {"JobId": answer["JobId"]})
    return Effect({"Arn": w.arn("user/" + w.user()["UserName"])}, shown, "COMPLETED")


def _who_it_is(answer: dict) -> Reading:
    """What a session says of itself."""
    return Reading("GetCallerIdentity", "Arn", keys=world.Keys.of_session(answer["Credentials"]))


def _who_it_should_be(answer: dict) -> str:
    return answer["AssumedRoleUser"]["Arn"]


def assume_role(w: World) -> Effect:
    role = w.trusting_role()
    arn = f"arn:aws:sts::{w.account}:assumed-role/{role.rpartition('/')[2]}/me"
    return Effect({"RoleArn": role, "RoleSessionName": "me"}, _who_it_is, arn)


def assume_role_with_web_identity(w: World) -> Effect:
    return Effect(w.web_identity(), _who_it_is, _who_it_should_be)


def assume_role_with_saml(w: World) -> Effect:
    return Effect(w.saml_identity(), _who_it_is, _who_it_should_be)


def get_federation_token(w: World) -> Effect:
    return Effect({"Name": "someone"}, _who_it_is, f"arn:aws:sts::{w.account}:federated-user/someone")


def get_session_token(w: World) -> Effect:
    return Effect({}, _who_it_is, w.arn("user/" + w.administrator))


EFFECTS = {
    "CreateOpenIDConnectProvider": create_open_id_connect_provider,
    "DeleteOpenIDConnectProvider": delete_open_id_connect_provider,
    "AddClientIDToOpenIDConnectProvider": add_client_id,
    "RemoveClientIDFromOpenIDConnectProvider": remove_client_id,
    "UpdateOpenIDConnectProviderThumbprint": update_thumbprint,
    "TagOpenIDConnectProvider": tag_open_id_connect_provider,
    "UntagOpenIDConnectProvider": untag_open_id_connect_provider,
    "CreateSAMLProvider": create_saml_provider,
    "UpdateSAMLProvider": update_saml_provider,
    "DeleteSAMLProvider": delete_saml_provider,
    "TagSAMLProvider": tag_saml_provider,
    "UntagSAMLProvider": untag_saml_provider,
    "UploadServerCertificate": upload_server_certificate,
    "UpdateServerCertificate": update_server_certificate,
    "DeleteServerCertificate": delete_server_certificate,
    "TagServerCertificate": tag_server_certificate,
    "UntagServerCertificate": untag_server_certificate,
    "ResetServiceSpecificCredential": reset_service_specific_credential,
    "CreateAccountAlias": create_account_alias,
    "DeleteAccountAlias": delete_account_alias,
    "UpdateAccountPasswordPolicy": update_account_password_policy,
    "DeleteAccountPasswordPolicy": delete_account_password_policy,
    "EnableOutboundWebIdentityFederation": enable_outbound,
    "DisableOutboundWebIdentityFederation": disable_outbound,
    "SetSecurityTokenServicePreferences": set_security_token_service_preferences,
    "GenerateCredentialReport": generate_credential_report,
    "GenerateServiceLastAccessedDetails": generate_service_last_accessed_details,
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
    "AssumeRoleWithSAML": assume_role_with_saml,
    "GetFederationToken": get_federation_token,
    "GetSessionToken": get_session_token,
}

# What undoes another effect on the account as a whole: after the others were read again.
LATER = {"DeleteAccountAlias", "DeleteAccountPasswordPolicy", "DisableOutboundWebIdentityFederation"}

# Choice: reports are made of what is at hand and are kept in memory; whoever wants one after a
# restart has it made again.
FORGOTTEN = {"GenerateCredentialReport": "ReportNotPresent", "GenerateServiceLastAccessedDetails": "NoSuchEntity"}
