//! See `stead_fuzz::saml_response`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::saml_response(data));
