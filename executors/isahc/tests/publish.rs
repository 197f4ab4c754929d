//! Both faces against the development server, which recomputes MD5 and signature from the raw bytes.

use futures_lite::future::block_on;
use pusher_conformance::DevServer;
use pusher_isahc::{
    Isahc,
    pusher_client::{App, Client, blocking},
};

#[test]
fn both_faces_publish_what_was_signed() {
    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    let isahc = Isahc::new().unwrap();

    blocking::Client::new(app.clone(), isahc.clone()).trigger("private-a@b,c;d", "é", &7).unwrap();
    let pusher = Client::new(app, isahc);
    block_on(pusher.trigger(["a", "b"], "App\\Events\\X", "grüße 🎉")).unwrap();

    let events = server.events();
    assert_eq!(events[0].channels, ["private-a@b,c;d"]);
    assert_eq!((&*events[0].name, &*events[0].data), ("é", "7"));
    assert_eq!(events[1].channels, ["a", "b"]);
    assert_eq!((&*events[1].name, &*events[1].data), ("App\\Events\\X", "\"grüße 🎉\""));
}
