//! See `stead_fuzz::denial_message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::denial_message(data));
