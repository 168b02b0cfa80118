//! See `stead_fuzz::managed_policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::managed_policy(data));
