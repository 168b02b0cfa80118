//! See `stead_fuzz::decoded_denial`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::decoded_denial(data));
