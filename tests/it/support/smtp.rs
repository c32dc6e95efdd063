//! A mail relay that keeps the letters it is given (RFC 5321, as far as a client needs it).

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A letter with its envelope.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    pub to: Vec<String>,
    pub text: String,
}

/// The relay; it ends with the test.
pub struct Smtp {
    pub url: String,
    letters: Arc<Mutex<Vec<Letter>>>,
    _serving: JoinSet<()>,
}

impl Smtp {
    pub async fn start() -> Self {
        let letters = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        let kept = letters.clone();
        serving.spawn(async move {
            let mut talking = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                talking.spawn(talk(stream, kept.clone()));
            }
        });
        Self {
            url,
            letters,
            _serving: serving,
        }
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, letters: Arc<Mutex<Vec<Letter>>>) {
    let mut stream = BufReader::new(stream);
    let mut letter = Letter::default();
    stream.write_all(b"220 relay.example ESMTP\r\n").await.unwrap();
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let said = line.trim_end().to_owned();
        line.clear();
        let answer = match said.to_uppercase() {
            upper if upper.starts_with("RCPT TO:") => {
                letter.to.push(said[8..].trim_matches(['<', '>']).to_owned());
                "250 ok"
            }
            upper if upper == "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) && line != ".\r\n" {
                    letter.text.push_str(&line);
                    line.clear();
                }
                line.clear();
                letters.lock().unwrap().push(std::mem::take(&mut letter));
                "250 taken"
            }
            upper if upper == "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
    }
}
