//! A name server on the loopback that knows one name.

use std::net::UdpSocket;
use std::sync::{Arc, Mutex, PoisonError};

/// The length of the header of a message (RFC 1035, section 4.1.1).
const HEADER: usize = 12;
/// The type of a record with an IPv4 address.
const ADDRESS: [u8; 2] = [0, 1];

/// A running name server. It ends with the process.
pub(super) struct Resolver {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Resolver {
    /// Starts the server at port 53. The name is the loopback's. All others do not exist.
    pub(super) fn start(known: &'static str) -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 53)).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut buffer) {
                let Some((name, reply)) = answer(&buffer[..length], known) else {
                    continue;
                };
                notes
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(name);
                let _ = socket.send_to(&reply, client);
            }
        });
        Self { asked }
    }

    /// Returns the names so far.
    pub(super) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

/// Returns the name in a query, and the reply.
fn answer(query: &[u8], known: &str) -> Option<(String, Vec<u8>)> {
    let mut labels = Vec::new();
    let mut rest = query.get(HEADER..)?;
    while let Some((&length, tail)) = rest.split_first().filter(|(length, _)| **length > 0) {
        let (label, tail) = tail.split_at_checked(length.into())?;
        labels.push(String::from_utf8_lossy(label).into_owned());
        rest = tail;
    }
    let kind = rest.get(1..3)?;
    let question = &query[HEADER..query.len() - rest.len() + 5];
    let name = labels.join(".");
    let exists = name == known;
    let answers = u8::from(exists && kind == ADDRESS);
    // A response that is authoritative; the code 3 says that the name does not exist.
    let flags = [0x85, if exists { 0x80 } else { 0x83 }];
    let mut reply = query[..2].to_vec();
    reply.extend(flags);
    reply.extend([0, 1, 0, answers, 0, 0, 0, 0]);
    reply.extend(question);
    if answers == 1 {
        // The name of the question, an address in the class Internet, no lifetime, four bytes.
        reply.extend([
            0xc0,
            HEADER as u8,
            0,
            1,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            4,
            127,
            0,
            0,
            1,
        ]);
    }
    Some((name, reply))
}
