//! A server that takes one request and is satisfied with it. This file knows HTTP as far as that.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

/// A port of its own, and what came to it.
pub struct Sink {
    base_url: String,
    came: Arc<Mutex<(String, String)>>,
}

impl Sink {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let came = Arc::new(Mutex::new(Default::default()));
        let place = Arc::clone(&came);
        thread::spawn(move || {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let (mut target, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                let line = line.trim_end();
                if target.is_empty() {
                    target = line.split(' ').nth(1).unwrap_or_default().to_owned();
                } else if line.is_empty() {
                    break;
                } else if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().unwrap_or(0);
                }
            }
            let mut body = String::new();
            let _ = reader.take(length).read_to_string(&mut body);
            *place.lock().expect("a lock") = (target, body);
            let answer = r#"{"channels":{},"users":[]}"#;
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            let _ = stream.write_all((head + answer).as_bytes());
        });
        Self { base_url, came }
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The path and query of the request.
    #[allow(dead_code, reason = "each harness needs its part")]
    pub fn target(&self) -> String {
        self.came.lock().expect("a lock").0.clone()
    }

    /// The body of the request.
    #[allow(dead_code, reason = "each harness needs its part")]
    pub fn body(&self) -> String {
        self.came.lock().expect("a lock").1.clone()
    }
}
