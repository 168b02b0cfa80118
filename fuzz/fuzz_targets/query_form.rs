//! See `stead_fuzz::query_form`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::query_form(data));
