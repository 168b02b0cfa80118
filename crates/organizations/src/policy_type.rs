//! Which kinds of policies take effect.

use stead_api::ApiError;
use stead_api::organizations::{
    DisablePolicyType, DisablePolicyTypeRequest, DisablePolicyTypeResponse, EnablePolicyType,
    EnablePolicyTypeRequest, EnablePolicyTypeResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::commands::policy;
use stead_service::{Call, Handle, Work};

use crate::{Organizations, error, scope, view};

impl Handle<EnablePolicyType> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<EnablePolicyType>,
        input: EnablePolicyTypeRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<EnablePolicyTypeResponse, ApiError> {
        let kind = scope::kind(input.policy_type.as_str())?;
        expect_root(call, &input.root_id)?;
        let draft = scope::draft(call, work)?;
        policy::enable_kind(draft, kind).map_err(error::refused)?;
        // Observed: radkawar/stackd, recorded in 2026: what is enabled is told as pending.
        let root = Some(view::root(draft.organization(), Some(kind)));
        Ok(EnablePolicyTypeResponse { root })
    }
}

impl Handle<DisablePolicyType> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DisablePolicyType>,
        input: DisablePolicyTypeRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DisablePolicyTypeResponse, ApiError> {
        let kind = scope::kind(input.policy_type.as_str())?;
        expect_root(call, &input.root_id)?;
        let draft = scope::draft(call, work)?;
        policy::disable_kind(draft, kind).map_err(error::refused)?;
        let root = Some(view::root(draft.organization(), None));
        Ok(DisablePolicyTypeResponse { root })
    }
}

fn expect_root(call: &Call<'_>, id: &str) -> Result<(), ApiError> {
    match scope::is_root(scope::managed(call)?, id) {
        true => Ok(()),
        false => Err(error::no_such_root()),
    }
}
