//! Panics of the engine: caught, told in one line, never a crash.

use std::{
    cell::RefCell,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::Once,
};

thread_local! {
    /// What the last panic on this thread said, while panics are being caught on it.
    static CAUGHT: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs something that may panic; gives what the panic said. While it runs, the usual report on stderr is held back.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // A thread that is ending has no such place any more; asking for it must not panic in turn.
            let hold_back = CAUGHT.try_with(|caught| {
                let mut caught = caught.try_borrow_mut().ok()?;
                caught.as_mut().map(|said| *said = Some(describe(info)))
            });
            if !matches!(hold_back, Ok(Some(()))) {
                usual(info);
            }
        }));
    });
    CAUGHT.set(Some(None));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    let said = CAUGHT.take().flatten();
    result.map_err(|_| said.unwrap_or_else(|| "for an unknown reason".to_owned()))
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("for an unknown reason").replace('\n', " ");
    match info.location() {
        Some(place) => {
            let file = place.file().rsplit('/').next().unwrap_or_default();
            format!("{said} (in the engine, {file}:{})", place.line())
        }
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[test]
    fn gives_what_the_panic_said() {
        let said = caught(|| panic!("odd\nthing")).unwrap_err();
        assert!(said.starts_with("odd thing (in the engine, panics.rs:"), "{said}");
        assert_eq!(caught(|| 1), Ok(1));
    }
}
