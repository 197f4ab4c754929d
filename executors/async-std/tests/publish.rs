//! Against the development server, under this runtime's `block_on`.

use pusher_async_std::{
    AsyncStd,
    pusher_client::{App, Client},
};
use pusher_conformance::DevServer;

#[test]
fn publishes() {
    let server = DevServer::start().unwrap();
    let executor = AsyncStd::new().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), executor);
    async_std::task::block_on(pusher.trigger("private-a@b,c;d", "é", &7)).unwrap();
    let events = server.events();
    assert_eq!((events[0].name.as_str(), events[0].data.as_str()), ("é", "7"));
}
