//! The clock of this process, which a case sets: the library that is tried asks the system for the time. This
//! file knows how to answer in the system's place.

use std::sync::atomic::{AtomicI64, Ordering};

const UNSET: i64 = i64::MIN;
static NOW: AtomicI64 = AtomicI64::new(UNSET);

/// Stops the clock at this second, or lets it go on.
pub fn set(seconds: Option<i64>) {
    NOW.store(seconds.unwrap_or(UNSET), Ordering::SeqCst);
}

/// Stands before the function of the C library with this name. Only the time of day can be set.
#[unsafe(no_mangle)]
extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> libc::c_int {
    let now = NOW.load(Ordering::SeqCst);
    if clock == libc::CLOCK_REALTIME && now != UNSET {
        // SAFETY: the caller gives a place for the answer.
        unsafe { time.write(libc::timespec { tv_sec: now, tv_nsec: 0 }) };
        return 0;
    }
    // SAFETY: these are the arguments of that system call.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) as libc::c_int }
}
