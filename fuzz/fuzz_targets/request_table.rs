//! See `stead_fuzz::request_table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::request_table(data));
