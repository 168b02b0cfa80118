//! See `stead_fuzz::policy_lint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::policy_lint(data));
