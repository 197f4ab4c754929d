//! The golden vectors without a test harness, for a machine without a system. A panic ends the run; its
//! words are left where the host finds them.

use std::sync::Mutex;

#[path = "../../../core/tests/vectors/main.rs"]
mod groups;

static SAID: Mutex<String> = Mutex::new(String::new());

/// Runs every group; returns how many there were.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> usize {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut said) = SAID.lock() {
            *said = panic.to_string();
        }
    }));
    groups::ALL.iter().for_each(|every| every());
    groups::ALL.len()
}

/// Where the words of the panic are.
#[unsafe(no_mangle)]
pub extern "C" fn said() -> *const u8 {
    SAID.lock().map_or(std::ptr::null(), |said| said.as_ptr())
}

/// How many bytes they have.
#[unsafe(no_mangle)]
pub extern "C" fn said_length() -> usize {
    SAID.lock().map_or(0, |said| said.len())
}
