//! See `stead_fuzz::web_identity_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::web_identity_token(data));
