//! Whatever the gateway may hand over, every function answers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|event: &[u8]| twostep_fuzz::answer(event));
