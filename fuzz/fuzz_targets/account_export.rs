//! See `stead_fuzz::account_export`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::account_export(data));
