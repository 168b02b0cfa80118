//! What `cargo xtask codegen` writes.

pub(crate) mod error_code;
mod implemented;

/// Operations, requests and responses of the Security Token Service, 2011-06-15.
pub mod sts {
    mod operations;
    mod requests;
    mod responses;
    mod structures;

    pub use operations::*;
    pub use requests::*;
    pub use responses::*;
    pub use structures::*;
}

/// Operations, requests and responses of Identity and Access Management, 2010-05-08.
pub mod iam {
    mod enums;
    mod operations;
    mod requests;
    mod responses;
    mod structures;

    pub use enums::*;
    pub use operations::*;
    pub use requests::*;
    pub use responses::*;
    pub use structures::*;
}

/// Operations, requests and responses of Organizations, 2016-11-28.
pub mod organizations {
    mod enums;
    mod operations;
    mod requests;
    mod responses;
    mod structures;

    pub use enums::*;
    pub use operations::*;
    pub use requests::*;
    pub use responses::*;
    pub use structures::*;
}
