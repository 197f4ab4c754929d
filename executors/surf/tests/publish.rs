//! Against the development server, which recomputes MD5 and signature from the raw bytes.

use pusher_conformance::DevServer;
use pusher_surf::{
    Surf,
    pusher_client::{App, Client},
};

#[test]
fn publishes_what_was_signed_under_any_block_on() {
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), Surf::new().unwrap());
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();

    pollster::block_on(pusher.trigger("private-a@b,c;d", "é", &1)).unwrap();
    tokio.block_on(pusher.trigger("private-a@b,c;d", "é", &2)).unwrap();
    futures_lite::future::block_on(pusher.trigger("private-a@b,c;d", "é", &3)).unwrap();

    let data: Vec<_> = server.events().into_iter().map(|event| event.data).collect();
    assert_eq!(data, ["1", "2", "3"]);
}
