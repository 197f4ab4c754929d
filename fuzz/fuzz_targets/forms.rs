//! Auth forms and the caller's own JSON: what is signed is a valid name or what was given, byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{
    App, ChannelData, ChannelForm, ChannelKind, Credentials, User, UserData, UserForm,
};

fuzz_target!(|input: (&[u8], &str)| {
    let (form, data) = input;
    let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" }).unwrap();
    if let Ok(form) = UserForm::parse(form)
        && let Ok(data) = UserData::json(data)
        && let Ok(auth) = app.authenticate_user(&form.socket_id, data)
    {
        let reply: serde_json::Value = serde_json::from_str(&auth.to_json()).unwrap();
        assert_eq!(reply["user_data"], input.1, "signed as it is");
        let user: serde_json::Value = serde_json::from_str(input.1).unwrap();
        let id = user["id"].as_str().unwrap().parse().unwrap();
        // The same text, made of the parts, has the same signature.
        if let Ok(typed) = app.authenticate_user(&form.socket_id, User::new(id))
            && typed.user_data() == input.1
        {
            assert_eq!(typed.auth(), auth.auth());
        }
    }
    let Ok(form) = ChannelForm::parse(form) else { return };
    assert!(!form.channels.is_empty());
    for channel in &form.channels {
        assert!(!channel.as_str().contains(':'));
        let data = ChannelData::json(data).ok();
        match app.authorize_channel(&form.socket_id, channel, data.clone()) {
            Ok(auth) => {
                assert!(!matches!(channel.kind(), ChannelKind::Public | ChannelKind::Encrypted));
                assert_eq!(auth.channel_data(), data.is_some().then_some(input.1));
                let reply: serde_json::Value = serde_json::from_str(&auth.to_json()).unwrap();
                assert_eq!(reply["auth"], auth.auth());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
