//! The time, as a number that someone else looked up. This file never reads a clock.

use std::fmt;

/// Unix time in whole seconds: the protocol's `auth_timestamp`.
///
/// A server accepts a request whose timestamp lies less than 600 seconds from its own clock
/// (protocol: "Authentication", `auth_timestamp`), so a signed request goes stale and cannot be
/// stored; sign again instead.
///
/// ```
/// use pusher_core::Timestamp;
///
/// let now = Timestamp::from_unix(1_353_088_179);
/// assert_eq!(now.as_unix(), 1_353_088_179);
/// assert_eq!(now.to_string(), "1353088179");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// Reads the date format of HTTP header fields (RFC 9110, section 5.6.7, `IMF-fixdate`), such
    /// as `Sun, 06 Nov 1994 08:49:37 GMT`; `None` if the text is anything else.
    ///
    /// ```
    /// use pusher_core::Timestamp;
    ///
    /// let date = Timestamp::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    /// assert_eq!(date, Some(Timestamp::from_unix(784_111_777)));
    /// assert_eq!(Timestamp::from_http_date("yesterday"), None);
    /// ```
    pub fn from_http_date(text: &str) -> Option<Self> {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        // `Sun, 06 Nov 1994 08:49:37 GMT`: every field has its fixed place.
        let (_weekday, rest) = text.split_once(", ")?;
        let mut parts = rest.split(' ');
        let (day, month, year, time, zone) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || zone != "GMT" {
            return None;
        }

        let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
        Self::from_parts((digits(year, 4)?, month, digits(day, 2)?), time)
    }

    /// Reads a date of RFC 3339 in UTC and whole seconds, such as `1994-11-06T08:49:37Z`, as servers
    /// write it in their words; `None` if the text is anything else.
    ///
    /// ```
    /// use pusher_core::Timestamp;
    ///
    /// let date = Timestamp::from_rfc3339("1994-11-06T08:49:37Z");
    /// assert_eq!(date, Some(Timestamp::from_unix(784_111_777)));
    /// ```
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Self::from_parts((digits(year, 4)?, digits(month, 2)?, digits(day, 2)?), time)
    }

    /// Year, month, day, and `hh:mm:ss`.
    fn from_parts((year, month, day): (u64, u64, u64), time: &str) -> Option<Self> {
        let mut clock = time.split(':');
        let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
        if clock.next().is_some() {
            return None;
        }
        // A leap second is 60; it counts as the second that follows it.
        let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
        if !(1..=31).contains(&day)
            || !(1..=12).contains(&month)
            || year < 1970
            || hour > 23
            || minute > 59
            || second > 60
        {
            return None;
        }

        // Days since the epoch in the Gregorian calendar, with years that begin in March, so that
        // the leap day comes last: 153 days are five months from March or August on.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let leap_days = year / 4 - year / 100 + year / 400;
        let days = year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468;
        Some(Self(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }
}

fn digits(text: &str, length: usize) -> Option<u64> {
    let all = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    // Seconds as printed by `date -u -d DATE +%s`.
    #[test]
    fn http_dates() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Fri, 31 Dec 2100 12:00:00 GMT", 4_133_937_600),
            ("Tue, 24 Nov 2026 08:15:00 GMT", 1_795_508_100),
        ] {
            assert_eq!(
                Timestamp::from_http_date(text),
                Some(Timestamp::from_unix(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "784111777",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 0001 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
        ] {
            assert_eq!(Timestamp::from_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn rfc3339() {
        let date = Timestamp::from_rfc3339("2026-11-24T08:15:00Z");
        assert_eq!(date, Some(Timestamp::from_unix(1_795_508_100)));
        // The first and the last of each part; a leap second counts as the one that follows it.
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-12-31T23:59:59Z", 1_798_761_599),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
        ] {
            assert_eq!(
                Timestamp::from_rfc3339(text),
                Some(Timestamp::from_unix(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "1969-12-31T23:59:59Z",
            "2026-11-32T08:15:00Z",
            "2026-11-00T08:15:00Z",
            "2026-11-24T24:15:00Z",
            "2026-11-24T08:60:00Z",
            "2026-11-24T08:15:61Z",
            "2026-11-24",
            "2026-11-24T08:15:00",
            "2026-11-24T08:15:00+00:00",
            "2026-11-24 08:15:00Z",
            "2026-00-24T08:15:00Z",
            "2026-13-24T08:15:00Z",
            "2026-11-24-01T08:15:00Z",
            "2026-11-24T08:15Z",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }
}
