//! The other side: a program that is asked over JSON lines.
use crate::side::{Address, Sealed, Side};
use rand_chacha::rand_core::Rng;
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::Duration;

/// A program that hangs fails its test.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a program makes of several sessions with one peer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sessions {
    /// It has one.
    One,
    /// It can replace one. Reading a message of the old one damages the new one: what is tried on a session in vain
    /// is stored if another session reads the message.
    Newest,
    /// A message of a session that was replaced can still be read.
    All,
}

/// A program, and what is known of it. Paths are below the root of the workspace.
pub struct Program {
    pub name: &'static str,
    /// What runs it, looked up in PATH if it has no folder, and its argument.
    command: &'static [&'static str],
    /// What the installation makes.
    made: &'static str,
    /// The profile of ours that it speaks.
    pub profile: &'static str,
    pub sessions: Sessions,
    /// Whether it refuses a message that was read with a reason for it alone.
    names_duplicates: bool,
}

pub const WACORE: Program = Program {
    name: "wacore",
    command: &["target/peers/wacore/release/twinratchet-peer-wacore"],
    made: "target/peers/wacore/release/twinratchet-peer-wacore",
    profile: "whatsapp_v3",
    sessions: Sessions::All,
    names_duplicates: true,
};

pub const NPM_LIBSIGNAL: Program = Program {
    name: "npm-libsignal",
    command: &["node", "vectors/peers/npm-libsignal/peer.js"],
    made: "target/peers/npm-libsignal/node_modules/libsignal",
    profile: "whatsapp_v3",
    sessions: Sessions::Newest,
    names_duplicates: false,
};

pub const LIBSIGNAL_CLIENT: Program = Program {
    name: "libsignal-client",
    command: &["node", "vectors/peers/libsignal-client/peer.js"],
    made: "target/peers/libsignal-client/node_modules/@signalapp/libsignal-client",
    profile: "signal_v4",
    sessions: Sessions::All,
    names_duplicates: true,
};

pub const OLDMEMO: Program = Program {
    name: "oldmemo",
    command: &[
        "target/peers/oldmemo/bin/python",
        "vectors/peers/oldmemo/peer.py",
    ],
    made: "target/peers/oldmemo/installed",
    profile: "signal_v3",
    sessions: Sessions::One,
    names_duplicates: false,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Program {
    /// What is not there, if it is not installed.
    pub fn missing(&self) -> Option<PathBuf> {
        Some(root().join(self.made)).filter(|path| !path.exists())
    }
}

/// A program that runs.
pub struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    names_duplicates: bool,
    parties: u32,
}

impl Peer {
    pub fn start(program: &Program) -> Self {
        let mut command = Command::new(program.command[0]);
        command.args(&program.command[1..]).current_dir(root());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.name));
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            answers,
            names_duplicates: program.names_duplicates,
            parties: 0,
        }
    }

    /// Ask; the kind of error if the program refuses.
    pub fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{request}").unwrap();
        let line = self.answers.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|error| panic!("no answer to {request}: {error}"));
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        match answer["error"]["kind"].as_str() {
            None => Ok(answer["ok"].take()),
            Some("bad_input") => panic!("{request}: {answer}"),
            Some(kind) => Err(kind.to_owned()),
        }
    }

    /// Its version.
    pub fn hello(&mut self) -> String {
        let hello = self.ask(&json!({ "op": "hello" })).unwrap();
        hello["version"].as_str().unwrap().to_owned()
    }
}

impl Drop for Peer {
    /// It ends when its input does.
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// A new party of a program.
pub struct Theirs<'a> {
    peer: &'a mut Peer,
    party: String,
    address: Address,
    us: Address,
    last_id: u32,
}

impl<'a> Theirs<'a> {
    pub fn new(peer: &'a mut Peer, us: Address, rng: &mut ChaCha20Rng) -> Self {
        peer.parties += 1;
        let party = format!("party {}", peer.parties);
        let address = Address::random(rng);
        let request = json!({
            "op": "create_party", "party": party, "name": address.name, "deviceId": address.device_id,
            "registrationId": rng.next_u32() % 0x3fff + 1,
        });
        peer.ask(&request).unwrap();
        Self {
            peer,
            party,
            address,
            us,
            last_id: 0,
        }
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub fn ask(&mut self, op: &str, mut members: Value) -> Result<Value, String> {
        members["op"] = op.into();
        members["party"] = self.party.as_str().into();
        members["peerName"] = self.us.name.as_str().into();
        members["peerDeviceId"] = self.us.device_id.into();
        self.peer.ask(&members)
    }
}

impl Side for Theirs<'_> {
    fn publish(&mut self, one_time: bool) -> Value {
        self.last_id += 3;
        let mut members =
            json!({ "signedPrekeyId": self.last_id - 2, "kemPrekeyId": self.last_id - 1 });
        if one_time {
            members["oneTimePrekeyId"] = self.last_id.into();
        }
        self.ask("publish_bundle", members).unwrap()["bundle"].take()
    }

    fn start(&mut self, bundle: &Value) {
        self.ask("start_session", json!({ "bundle": bundle }))
            .unwrap();
    }

    fn seal(&mut self, plaintext: &[u8]) -> Sealed {
        let members = json!({ "plaintext": hex::encode(plaintext) });
        let sealed = self.ask("encrypt", members).unwrap();
        Sealed {
            kind: sealed["kind"].as_str().unwrap().to_owned(),
            message: hex::decode(sealed["message"].as_str().unwrap()).unwrap(),
        }
    }

    fn open(&mut self, sealed: &Sealed) -> Result<Vec<u8>, String> {
        let members = json!({ "kind": sealed.kind, "message": hex::encode(&sealed.message) });
        let opened = self.ask("decrypt", members)?;
        Ok(hex::decode(opened["plaintext"].as_str().unwrap()).unwrap())
    }

    fn names_duplicates(&self) -> bool {
        self.peer.names_duplicates
    }
}
