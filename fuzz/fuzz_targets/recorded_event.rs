//! See `stead_fuzz::recorded_event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stead_fuzz::recorded_event(data));
