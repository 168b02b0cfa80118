//! Users.

use stead_api::iam::{
    CreateUser, CreateUserRequest, CreateUserResponse, DeleteUser, DeleteUserRequest,
    DeleteUserResponse, GetUser, GetUserRequest, GetUserResponse, ListUsers, ListUsersRequest,
    ListUsersResponse, UpdateUser, UpdateUserRequest, UpdateUserResponse,
};
use stead_api::{ApiError, iam};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::user::{self as command, NewUser};
use stead_service::{Call, Handle, Work};

use crate::error::{api_error, for_bounded};
use crate::pagination::PageRequest;
use crate::target::{Target, find_user};
use crate::{Iam, input, policy_arn, view};

impl Handle<CreateUser> for Iam {
    fn execute(
        _permit: Authorized<CreateUser>,
        input: CreateUserRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateUserResponse, ApiError> {
        let new = NewUser {
            name: input::new_name(&input.user_name)?,
            path: input::new_path(input.path.as_deref())?,
            boundary: input.permissions_boundary.as_deref().map(policy_arn::parse).transpose()?,
            tags: input::tags(&input.tags)?,
        };
        let made =
            command::create(work.draft, new, call.facts.now, work.entropy).map_err(for_bounded)?;
        let shown = view::user(&made, call.account.account());
        // Observed: CreatePolicy answers the tags in the order they were given
        // (2026-02); users alike.
        let user = iam::User { tags: view::some(input.tags), ..shown };
        Ok(CreateUserResponse { user: Some(user) })
    }
}

impl Handle<GetUser> for Iam {
    fn execute(
        _permit: Authorized<GetUser>,
        input: GetUserRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetUserResponse, ApiError> {
        let user = match Target::named_or_calling(input.user_name.as_deref(), call)? {
            Target::Root => view::root_user(call.account.root()),
            Target::User(name) => {
                view::user(find_user(&name, call.account)?, call.account.account())
            }
        };
        Ok(GetUserResponse { user })
    }
}

impl Handle<ListUsers> for Iam {
    fn execute(
        _permit: Authorized<ListUsers>,
        input: ListUsersRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListUsersResponse, ApiError> {
        let prefix = input::path_prefix(input.path_prefix.as_deref())?;
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let after = page.after().map(str::to_owned);
        let listed = call.account.users(prefix, after.as_deref());
        let page = page.cut(listed, |user| user.name.fold());
        let account = call.account.account();
        Ok(ListUsersResponse {
            users: page.items.into_iter().map(|user| view::listed_user(user, account)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<UpdateUser> for Iam {
    fn execute(
        _permit: Authorized<UpdateUser>,
        input: UpdateUserRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateUserResponse, ApiError> {
        let name = input::existing_name(EntityKind::User, &input.user_name)?;
        let new_name = input.new_user_name.as_deref().map(input::new_name).transpose()?;
        let new_path = input::changed_path(input.new_path.as_deref())?;
        command::update(work.draft, &name, new_name, new_path).map_err(api_error)?;
        Ok(UpdateUserResponse {})
    }
}

impl Handle<DeleteUser> for Iam {
    fn execute(
        _permit: Authorized<DeleteUser>,
        input: DeleteUserRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteUserResponse, ApiError> {
        let name = input::existing_name(EntityKind::User, &input.user_name)?;
        command::delete(work.draft, &name).map_err(api_error)?;
        Ok(DeleteUserResponse {})
    }
}
