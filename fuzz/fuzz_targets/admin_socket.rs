//! See `stead_fuzz::admin_socket`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::admin_socket(data));
