//! The table: a row per operation, by subject.
//!
//! ```text
//! OPERATION (RESOURCE) keys [KEY (WHERE FROM), ...] also [ACTION (WHERE FROM), ...];
//! ```
//!
//! Names in small letters are members of the operation's request.

macro_rules! resource {
    (any) => { $crate::authorization::Resource::Any };
    (existing $kind:ident: $name:ident) => {
        $crate::authorization::Resource::Existing(
            $crate::ask::Kind::$kind,
            $crate::authorization::member!($name),
        )
    };
    (changed $kind:ident: $name:ident, $new_name:ident, $new_path:ident) => {
        $crate::authorization::Resource::Changed {
            kind: $crate::ask::Kind::$kind,
            name: $crate::authorization::member!($name),
            new_name: $crate::authorization::member!($new_name),
            new_path: $crate::authorization::member!($new_path),
        }
    };
    (new $kind:ident: $name:ident) => {
        $crate::authorization::Resource::New(
            $crate::ask::Kind::$kind,
            None,
            $crate::authorization::member!($name),
        )
    };
    (new $kind:ident: $path:ident, $name:ident) => {
        $crate::authorization::Resource::New(
            $crate::ask::Kind::$kind,
            Some($crate::authorization::member!($path)),
            $crate::authorization::member!($name),
        )
    };
    (listed $kind:ident) => {
        $crate::authorization::Resource::Listed($crate::ask::Kind::$kind, None)
    };
    (listed $kind:ident: $prefix:ident) => {
        $crate::authorization::Resource::Listed(
            $crate::ask::Kind::$kind,
            Some($crate::authorization::member!($prefix)),
        )
    };
    (all $kind:ident) => { $crate::authorization::Resource::All($crate::ask::Kind::$kind) };
    (user or caller: $name:ident) => {
        $crate::authorization::Resource::UserOrCaller($crate::authorization::member!($name))
    };
    (user or calling user: $name:ident) => {
        $crate::authorization::Resource::UserOrCallingUser($crate::authorization::member!($name))
    };
    (delegation request: $id:ident) => {
        $crate::authorization::Resource::By {
            types: &["delegation-request"],
            tags: $crate::authorization::Tags::None,
            named: concat!("`{", stringify!($id), "}`"),
            ask: |action, input, call| Ok($crate::delegation::about(action, &input.$id, call)),
        }
    };
    (calling user) => { $crate::authorization::Resource::CallingUser };
    (by [$($kind:literal),+] tags $tags:ident, $named:literal, $ask:expr) => {
        $crate::authorization::Resource::By {
            types: &[$($kind),+],
            tags: $crate::authorization::Tags::$tags,
            named: $named,
            ask: $ask,
        }
    };
}

macro_rules! key {
    (request_tags ($tags:ident)) => {
        $crate::authorization::Key::RequestTags($crate::authorization::member!($tags))
    };
    (tag_keys ($keys:ident)) => {
        $crate::authorization::Key::TagKeys($crate::authorization::member!($keys))
    };
    (new_boundary ($arn:ident)) => {
        $crate::authorization::Key::NewBoundary($crate::authorization::member!($arn))
    };
    (required_boundary ($arn:ident)) => {
        $crate::authorization::Key::RequiredBoundary($crate::authorization::member!($arn))
    };
    (boundary_of_user ($name:ident)) => {
        $crate::authorization::Key::BoundaryOfUser($crate::authorization::member!($name))
    };
    (boundary_of_role ($name:ident)) => {
        $crate::authorization::Key::BoundaryOfRole($crate::authorization::member!($name))
    };
    (policy_arn ($arn:ident)) => {
        $crate::authorization::Key::PolicyArn($crate::authorization::member!($arn))
    };
    (owner_of_request ($id:ident)) => {
        $crate::authorization::Key::Value {
            name: "iam:DelegationRequestOwner",
            from: "that of the request",
            of: |input, call| $crate::delegation::owner(&input.$id, call),
        }
    };
    (service_of_credential ($user:ident, $id:ident)) => {
        $crate::authorization::Key::Value {
            name: "iam:ServiceSpecificCredentialServiceName",
            from: "that of the credential",
            of: |input, call| {
                $crate::service_credential::service_of(input.$user.as_deref(), &input.$id, call)
            },
        }
    };
    (value ($name:literal, $from:literal, $of:expr)) => {
        $crate::authorization::Key::Value { name: $name, from: $from, of: $of }
    };
}

macro_rules! also {
    (tagging ($operation:ident, $tags:ident)) => {
        $crate::authorization::Also::Tagging(
            <stead_api::iam::$operation as stead_api::Operation>::ACTION,
            $crate::authorization::member!($tags),
        )
    };
    (pass_role_to_instances ($role:ident)) => {
        $crate::authorization::Also::PassRoleToInstances($crate::authorization::member!($role))
    };
}

macro_rules! rows {
    ($(
        $operation:ident ($($resource:tt)+)
        $(keys [$($key:ident $key_of:tt),+])?
        $(also [$($also:ident $also_of:tt),+])?;
    )+) => {$(
        impl $crate::authorization::Row for stead_api::iam::$operation {
            const RESOURCE: $crate::authorization::Resource<Self::Input> =
                resource!($($resource)+);
            $(const KEYS: &'static [$crate::authorization::Key<Self::Input>] =
                &[$(key!($key $key_of)),+];)?
            $(const ALSO: &'static [$crate::authorization::Also<Self::Input>] =
                &[$(also!($also $also_of)),+];)?
        }
    )+};
}

mod account;
mod credentials;
mod delegation;
mod devices;
mod groups;
mod machines;
mod policies;
mod providers;
mod reports;
mod roles;
mod users;
