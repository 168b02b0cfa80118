//! Users.

use stead_api::iam::{
    CreateUser, CreateUserRequest, CreateUserResponse, DeleteUser, DeleteUserRequest,
    DeleteUserResponse, GetUser, GetUserRequest, GetUserResponse, ListUsers, ListUsersRequest,
    ListUsersResponse, TagUser, UpdateUser, UpdateUserRequest, UpdateUserResponse,
};
use stead_api::{ApiError, Operation, iam};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::user::{self as command, NewUser};
use stead_service::{Asks, Call, Handle, Work};
use stead_types::Arn;

use crate::ask::Kind;
use crate::error::{api_error, for_bounded};
use crate::pagination::PageRequest;
use crate::target::{Target, find_user};
use crate::{Iam, ask, input, policy_arn, view};

impl Handle<CreateUser> for Iam {
    /// Observed: creating a tagged entity asks for its tag action too
    /// (openshift/installer issue 1073, for a role).
    fn asks(input: &CreateUserRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let boundary = input.permissions_boundary.as_deref().map(policy_arn::parse).transpose()?;
        let (path, name) = (input.path.as_deref(), &input.user_name);
        let question = |action| {
            let ask = ask::creation(action, Kind::User, path, name, call);
            ask::with_request_tags(ask, &input.tags)
        };
        let boundary = boundary.as_ref().map(Arn::as_str);
        let mut asks = vec![ask::with_new_boundary(question(CreateUser::ACTION), boundary)];
        if !input.tags.is_empty() {
            asks.push(question(TagUser::ACTION));
        }
        Ok(Asks::Permissions(asks))
    }

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
    fn asks(input: &GetUserRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        Ok(target.ask(GetUser::ACTION, call).into())
    }

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
    fn asks(input: &ListUsersRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let prefix = input.path_prefix.as_deref();
        Ok(ask::listing(ListUsers::ACTION, Kind::User, prefix, call).into())
    }

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
    /// Spec: API UpdateUser: to change a name or path, the permission is needed on
    /// the user as it is and as it will be.
    fn asks(input: &UpdateUserRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let before = ask::user(UpdateUser::ACTION, &input.user_name, call);
        if input.new_user_name.is_none() && input.new_path.is_none() {
            return Ok(before.into());
        }
        let found = call.account.user_by_name(&input.user_name);
        let name = input.new_user_name.as_deref();
        let name = name.or(found.map(|user| user.name.as_str())).unwrap_or(&input.user_name);
        let path = input.new_path.as_deref().or(found.map(|user| user.path.as_str()));
        let after = ask::creation(UpdateUser::ACTION, Kind::User, path, name, call)
            .with_resource_tags(found.map(|user| &user.tags))
            .shown_as(format!("user {name}"));
        Ok(Asks::Permissions(vec![before, after]))
    }

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
    fn asks(input: &DeleteUserRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(ask::user(DeleteUser::ACTION, &input.user_name, call).into())
    }

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
