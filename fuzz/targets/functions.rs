#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vpcflow_fuzz::check("functions", bytes));
