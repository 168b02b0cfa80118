//! See `stead_fuzz::signature_claim`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::signature_claim(data));
