//! A proxy that asks for a password. Wherever it is told to go, it goes to 127.0.0.1.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpStream},
    thread,
};

use super::{Connection, Seen};

/// `us er` and `p@ss:w/ord`, which a URL holds percent-encoded.
pub(crate) const USER_INFO: &str = "us%20er:p%40ss%3Aw%2Ford";

/// What [`USER_INFO`] is in a field.
pub(crate) const BASIC: &str = "Basic dXMgZXI6cEBzczp3L29yZA==";

/// A script: forwards what comes in absolute form, tunnels what comes with CONNECT, and answers 407
/// to whoever does not know the password.
pub(crate) fn forward(connection: &mut Connection) -> io::Result<()> {
    while let Some(seen) = connection.request()? {
        if seen.fields("proxy-authorization") != [BASIC] {
            connection.send(
                "HTTP/1.1 407 Proxy Authentication Required\r\n\
                 Proxy-Authenticate: Basic realm=\"laws\"\r\nContent-Length: 0\r\n\r\n",
            )?;
            continue;
        }
        let target = seen.target();
        if seen.method() == "CONNECT" {
            return tunnel(connection, origin(&target)?);
        }
        let Some((authority, rest)) =
            target.strip_prefix("http://").and_then(|rest| rest.split_once('/'))
        else {
            connection.answer(400, "not in absolute form")?;
            continue;
        };
        let answer = relay(&seen, &format!("/{rest}"), origin(authority)?)?;
        connection.send(answer)?;
    }
    Ok(())
}

fn origin(authority: &str) -> io::Result<TcpStream> {
    let port = authority.rsplit(':').next().and_then(|port| port.parse().ok());
    TcpStream::connect((Ipv4Addr::LOCALHOST, port.unwrap_or(80)))
}

/// The request as it came, but for the form of its target and the password; then all of the answer.
fn relay(seen: &Seen, target: &str, mut origin: TcpStream) -> io::Result<Vec<u8>> {
    let mut request = format!("{} {target} HTTP/1.1\r\nConnection: close\r\n", seen.method());
    for line in seen.text().lines().skip(1).filter(|line| !line.is_empty()) {
        if !line.to_ascii_lowercase().starts_with("proxy-authorization:") {
            request.push_str(line);
            request.push_str("\r\n");
        }
    }
    request.push_str("\r\n");
    origin.write_all(request.as_bytes())?;
    origin.write_all(&seen.body)?;
    let mut head = Vec::new();
    // Its answers have a length, but the connection is not kept, so the end of it will do.
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        origin.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    origin.read_exact(&mut body)?;
    Ok([head, body].concat())
}

fn tunnel(connection: &mut Connection, mut origin: TcpStream) -> io::Result<()> {
    connection.send("HTTP/1.1 200 Connection established\r\n\r\n")?;
    origin.write_all(&connection.buffer)?;
    let (mut back, mut client) = (origin.try_clone()?, connection.raw.try_clone()?);
    thread::spawn(move || {
        let _left = io::copy(&mut back, &mut client);
        let _already_closed = client.shutdown(Shutdown::Write);
    });
    let _left = io::copy(&mut connection.raw, &mut origin);
    let _already_closed = origin.shutdown(Shutdown::Both);
    Ok(())
}
