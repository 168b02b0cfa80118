//! See `stead_fuzz::account_records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::account_records(data));
