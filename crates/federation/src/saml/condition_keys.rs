//! The condition keys that AWS makes of an assertion's attributes.

use super::attributes::Attributes;
use crate::oidc::{ConditionKey, one_or_many};

/// The attributes that become condition keys, and which.
///
/// Spec: UG:id_roles_providers_create_saml_assertions, the tables of eduPerson and
/// eduOrg, Active Directory and X.500 attributes; the spelling of the keys is that of
/// UG:reference_policies_iam-condition-keys. Names are compared exactly.
///
/// Choice: AWS's table spells the object identifiers of `givenName`, and of
/// `organizationStatus`, in a way that no directory does; both spellings count. Its page
/// of keys has `primaryGroupSID`, which no table gives an attribute; it is what the
/// table makes a `uid`.
const KEYS: [(&str, &str); 35] = [
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "saml:edupersonaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "saml:edupersonnickname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "saml:edupersonorgdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "saml:edupersonorgunitdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "saml:edupersonprimaryaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "saml:edupersonprincipalname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "saml:edupersonentitlement"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "saml:edupersonprimaryorgunitdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "saml:edupersonscopedaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "saml:edupersontargetedid"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "saml:edupersonassurance"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "saml:eduorghomepageuri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "saml:eduorgidentityauthnpolicyuri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "saml:eduorglegalname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "saml:eduorgsuperioruri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "saml:eduorgwhitepagesuri"),
    ("urn:oid:2.5.4.3", "saml:cn"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "saml:name"),
    ("http://schemas.xmlsoap.org/claims/CommonName", "saml:commonName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "saml:givenName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "saml:surname"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "saml:mail"),
    (PRIMARY_GROUP_SID, "saml:uid"),
    (PRIMARY_GROUP_SID, "saml:primaryGroupSID"),
    ("2.5.4.3", "saml:commonName"),
    ("2.5.4.4", "saml:surname"),
    ("2.4.5.42", "saml:givenName"),
    ("2.5.4.42", "saml:givenName"),
    ("2.5.4.45", "saml:x500UniqueIdentifier"),
    ("0.9.2342.19200300100.1.1", "saml:uid"),
    ("0.9.2342.19200300.100.1.1", "saml:uid"),
    ("0.9.2342.19200300100.1.3", "saml:mail"),
    ("0.9.2342.19200300.100.1.3", "saml:mail"),
    ("0.9.2342.19200300.100.1.45", "saml:organizationStatus"),
    ("0.9.2342.19200300100.1.45", "saml:organizationStatus"),
];

const PRIMARY_GROUP_SID: &str =
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid";

/// The keys of the attributes, in the order of the document.
///
/// Spec: the same page: of several attributes for one key only one counts. Choice: the
/// first. Several values of it make the key multivalued.
pub(super) fn of_attributes(attributes: &Attributes) -> Vec<ConditionKey> {
    let mut keys: Vec<ConditionKey> = Vec::new();
    for (attribute, values) in attributes.iter().filter(|(_, values)| !values.is_empty()) {
        for (_, name) in KEYS.iter().filter(|(urn, _)| *urn == attribute) {
            if keys.iter().all(|key| key.name != *name) {
                let values = one_or_many(values.to_vec());
                keys.push(ConditionKey { name: (*name).to_owned(), values });
            }
        }
    }
    keys
}
