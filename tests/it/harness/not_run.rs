//! Tests that a machine cannot run.

/// Says that a test was not run, and why. In CI, that is a failure.
#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
pub(crate) fn not_run(obstacle: &str) {
    assert!(std::env::var_os("CI").is_none(), "not run: {obstacle}");
    eprintln!("not run: {obstacle}");
}
