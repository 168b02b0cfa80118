//! See `stead_fuzz::denial_case`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::denial_case(data));
