//! `Retry-After` and `Date`: what is read is written the same by another reckoning, and is never negative.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{Expects, Timestamp, Trigger};

/// Year, month, day of a Unix time, one day after another.
fn calendar(seconds: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut days = seconds / 86_400;
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= months[month] {
        days -= months[month];
        month += 1;
    }
    (year, month as u64 + 1, days + 1)
}

fuzz_target!(|input: (&str, &str, u32)| {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (retry_after, date, seconds) = input;
    let seconds = u64::from(seconds);
    let (year, month, day) = calendar(seconds);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let name = MONTHS[month as usize - 1];
    let written = format!("Day, {day:02} {name} {year} {hour:02}:{minute:02}:{second:02} GMT");
    assert_eq!(Timestamp::from_http_date(&written), Some(Timestamp::from_unix(seconds)), "{written}");
    let written = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    assert_eq!(Timestamp::from_rfc3339(&written), Some(Timestamp::from_unix(seconds)), "{written}");
    let _ = (Timestamp::from_http_date(date), Timestamp::from_rfc3339(date));

    let mut response = http::Response::new("");
    *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    let fields = response.headers_mut();
    for (name, value) in [("retry-after", retry_after), ("date", date)] {
        if let Ok(value) = value.parse() {
            fields.insert(name, value);
        }
    }
    let error = Expects::<Trigger>::new().parse(&response).unwrap_err();
    let digits = retry_after.trim_ascii();
    let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if number && response.headers().contains_key("retry-after") {
        let seconds = digits.parse().ok();
        assert_eq!(error.retry_after().map(|wait| wait.as_secs()), seconds, "{retry_after:?}");
    }
    assert!(error.is_retryable());
});
