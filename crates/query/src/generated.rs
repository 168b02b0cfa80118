//! What `cargo xtask codegen` writes.

mod iam {
    mod constraints;
    mod decode;
    mod encode;
}

mod organizations {
    mod constraints;
    mod decode;
    mod encode;
}

mod sts {
    mod constraints;
    mod decode;
    mod encode;
}
