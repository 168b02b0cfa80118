//! Which services somebody may call, through what, and when they last did.
//!
//! What counts are identity policies alone. Spec: UG:access_policies_access-advisor:
//! resource policies, boundaries, session policies and those of Organizations are left out.

mod details;
mod entities;
mod grants;
mod policies;
mod report;
mod target;

pub(crate) use self::target::question;

/// Services are shown by the name that the catalogue has for them.
///
/// Observed: two are called otherwise (radkawar/stackd, recorded in 2026).
fn title(service: &stead_catalogue::Service) -> &'static str {
    match service.name {
        "iam" => "AWS Identity and Access Management",
        "apigateway" => "Manage - Amazon API Gateway",
        _ => service.title,
    }
}

/// The service with exactly this prefix: in other case there is none.
///
/// Observed: radkawar/stackd, recorded in 2026.
fn service(namespace: &str) -> Option<&'static stead_catalogue::Service> {
    stead_catalogue::service(namespace).filter(|service| service.name == namespace)
}
