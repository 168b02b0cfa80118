//! See `stead_fuzz::delegation_template`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::delegation_template(data));
