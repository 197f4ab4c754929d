//! Prepare and parse, authorise, seal, verify. The time and the nonce come from outside.

use pusher_core::{
    App, Data, Envelope, Expects, MasterKey, Member, Nonce, Prepared, Timestamp, Trigger, http,
};

/// Non-zero if all of it worked. What it works on is read at run time, so that nothing is computed
/// by the compiler.
#[unsafe(no_mangle)]
pub extern "C" fn drive(seconds: u64, text: *const std::ffi::c_char) -> u64 {
    if text.is_null() {
        return 0;
    }
    // SAFETY: the caller passes a C string.
    let text = unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy();
    #[cfg(feature = "clock")]
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(seconds, |since| since.as_secs());
    work(seconds, &text).map_or(0, |work| work.len() as u64)
}

fn work(seconds: u64, text: &str) -> Result<String, Box<dyn std::error::Error>> {
    let app = App::from_url(text)?.master_keys(MasterKey::from_bytes(&[seconds as u8; 32])?);
    let channel = "private-encrypted-a".parse()?;
    let data = app.seal(&channel, Data::text(text), Nonce::from_bytes([seconds as u8; 24]))?;
    let event = Trigger::new(channel, "a".parse()?, data);
    let Prepared { request, expects } = app.prepare(&event, Timestamp::from_unix(seconds))?;
    let answer = expects.parse(&http::Response::new(request.body()));
    let refused = Expects::<Trigger>::new()
        .parse(&http::Response::builder().status(429).header("retry-after", text).body(text)?);
    let auth = app.authorize_channel(&"1.1".parse()?, &"presence-a".parse()?, Member::new(text))?;
    let webhook = app.webhook(&Envelope::new(app.key(), text, text.as_bytes())?);
    Ok(format!("{}{answer:?}{refused:?}{}{webhook:?}", request.uri(), auth.to_json()))
}
