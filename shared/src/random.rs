//! Randomness, injected. Nothing else in the workspace may draw random bytes.

/// Source of unpredictable bytes: the operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Random {
    /// `N` random bytes.
    ///
    /// Without randomness no secret can be made and nothing safe can be done, so a system
    /// without it ends the process (a Lambda instance is replaced, no answer is given).
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that draws random bytes"
    )]
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        if getrandom::fill(&mut bytes).is_err() {
            std::process::abort();
        }
        bytes
    }
}
