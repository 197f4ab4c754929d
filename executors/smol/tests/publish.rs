//! Against the development server, under this runtime's `block_on`.

use pusher_conformance::DevServer;
use pusher_smol::{
    Smol,
    pusher_client::{App, Client},
};

#[test]
fn publishes() {
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), Smol::new().unwrap());
    smol::block_on(pusher.trigger("private-a@b,c;d", "é", &7)).unwrap();
    let events = server.events();
    assert_eq!((events[0].name.as_str(), events[0].data.as_str()), ("é", "7"));
}
