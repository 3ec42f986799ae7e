//! Speaks to the crate wacore-libsignal over JSON lines; the operations stand in `../README.md`.
use rand::rngs::{StdRng, SysRng};
use rand::SeedableRng;
use serde_json::{json, Value};
use std::collections::HashMap;
use std::io::{BufRead, Write};
use wacore_libsignal::protocol::{self as signal, *};

type Signal<T> = std::result::Result<T, SignalProtocolError>;
type Reply = std::result::Result<Value, Failure>;

/// What is answered in place of a result.
struct Failure {
    kind: &'static str,
    text: String,
}

fn main() {
    let mut parties: HashMap<String, Party> = HashMap::new();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let answer = match pollster::block_on(answer(&mut parties, &line)) {
            Ok(value) => json!({ "ok": value }),
            Err(Failure { kind, text }) => json!({ "error": { "kind": kind, "text": text } }),
        };
        writeln!(output, "{answer}")
            .and_then(|()| output.flush())
            .expect("an open pipe");
    }
}

async fn answer(parties: &mut HashMap<String, Party>, line: &str) -> Reply {
    let request: Value = serde_json::from_str(line).map_err(|error| bad(&error.to_string()))?;
    let name = request["party"].as_str().unwrap_or_default().to_owned();
    match request["op"].as_str().unwrap_or_default() {
        "hello" => Ok(
            json!({ "peer": "wacore", "version": "wacore-libsignal 0.7.0", "sessions": 3, "groups": true }),
        ),
        "create_party" => {
            let twin = parties.get(request["identityOf"].as_str().unwrap_or_default());
            let party = Party::new(&request, twin)?;
            let identity = hex::encode(party.identities.pair.identity_key().serialize());
            parties.insert(name, party);
            Ok(json!({ "identityKey": identity }))
        }
        op => {
            let party = parties.get_mut(&name).ok_or_else(|| bad("no such party"))?;
            party.act(op, &request).await
        }
    }
}

/// A party: its address and its stores.
struct Party {
    address: ProtocolAddress,
    rng: StdRng,
    identities: Identities,
    sessions: Sessions,
    prekeys: PreKeys,
    signed_prekeys: SignedPreKeys,
    groups: Groups,
}

impl Party {
    /// A party; with the identity of its twin, if there is one.
    fn new(request: &Value, twin: Option<&Self>) -> std::result::Result<Self, Failure> {
        let mut rng = StdRng::try_from_rng(&mut SysRng).map_err(|error| bad(&error.to_string()))?;
        let identities = Identities {
            pair: match twin {
                Some(twin) => twin.identities.pair.clone(),
                None => IdentityKeyPair::generate(&mut rng),
            },
            registration_id: number(request, "registrationId")?,
            known: HashMap::new(),
        };
        Ok(Self {
            address: address(request, "name", "deviceId")?,
            rng,
            identities,
            sessions: Sessions::default(),
            prekeys: PreKeys::default(),
            signed_prekeys: SignedPreKeys::default(),
            groups: Groups::default(),
        })
    }

    async fn act(&mut self, op: &str, request: &Value) -> Reply {
        match op {
            "publish_bundle" => self.publish_bundle(request).await,
            "start_session" => self.start_session(request).await,
            "encrypt" => self.encrypt(request).await,
            "decrypt" => self.decrypt(request).await,
            "record" => self.record(request).await,
            "group_create" => self.group_create(request).await,
            "group_process" => self.group_process(request).await,
            "group_encrypt" => self.group_encrypt(request).await,
            "group_decrypt" => self.group_decrypt(request).await,
            _ => Err(bad("no such operation")),
        }
    }

    async fn publish_bundle(&mut self, request: &Value) -> Reply {
        let signed_id = number(request, "signedPrekeyId")?;
        let signed = KeyPair::generate(&mut self.rng);
        let public = signed.public_key.serialize();
        let signing = self.identities.pair.private_key();
        let signature = signing
            .calculate_signature(&public, &mut self.rng)
            .map_err(curve)?;
        let time = Timestamp::from_epoch_millis(0);
        let record = <SignedPreKeyRecord as GenericSignedPreKey>::new(
            signed_id.into(),
            time,
            &signed,
            &signature,
        );
        self.signed_prekeys.0.insert(signed_id, record);
        let mut bundle = json!({
            "registrationId": self.identities.registration_id,
            "identityKey": hex::encode(self.identities.pair.identity_key().serialize()),
            "signedPrekeyId": signed_id,
            "signedPrekey": hex::encode(public),
            "signedPrekeySignature": hex::encode(signature),
        });
        if request["oneTimePrekeyId"].is_u64() {
            let id = number(request, "oneTimePrekeyId")?;
            let pair = KeyPair::generate(&mut self.rng);
            bundle["oneTimePrekeyId"] = id.into();
            bundle["oneTimePrekey"] = hex::encode(pair.public_key.serialize()).into();
            self.prekeys
                .0
                .insert(id, PreKeyRecord::new(id.into(), &pair));
        }
        Ok(json!({ "bundle": bundle }))
    }

    async fn start_session(&mut self, request: &Value) -> Reply {
        let bundle = &request["bundle"];
        let one_time = match bundle["oneTimePrekeyId"].is_u64() {
            true => Some((
                number(bundle, "oneTimePrekeyId")?.into(),
                public(bundle, "oneTimePrekey")?,
            )),
            false => None,
        };
        let peer = peer(request)?;
        let bundle = PreKeyBundle::new(
            number(bundle, "registrationId")?,
            peer.device_id(),
            one_time,
            number(bundle, "signedPrekeyId")?.into(),
            public(bundle, "signedPrekey")?,
            bytes(bundle, "signedPrekeySignature")?,
            IdentityKey::new(public(bundle, "identityKey")?),
        )
        .map_err(failure)?;
        let (sessions, identities) = (&mut self.sessions, &mut self.identities);
        process_prekey_bundle(
            &peer,
            sessions,
            identities,
            &bundle,
            &mut self.rng,
            UsePQRatchet::No,
        )
        .await
        .map_err(failure)?;
        Ok(json!({}))
    }

    /// The last of `count` messages of one plaintext; the others are dropped.
    async fn encrypt(&mut self, request: &Value) -> Reply {
        let (peer, plaintext) = (peer(request)?, bytes(request, "plaintext")?);
        let mut reply = json!({});
        for _ in 0..request["count"].as_u64().unwrap_or(1) {
            let message =
                message_encrypt(&plaintext, &peer, &mut self.sessions, &mut self.identities)
                    .await
                    .map_err(failure)?;
            let kind = match message.message_type() {
                CiphertextMessageType::PreKey => "pre_key",
                _ => "signal",
            };
            reply = json!({ "kind": kind, "message": hex::encode(message.serialize()) });
        }
        Ok(reply)
    }

    async fn decrypt(&mut self, request: &Value) -> Reply {
        let (peer, message) = (peer(request)?, bytes(request, "message")?);
        let message = match request["kind"].as_str() {
            Some("pre_key") => PreKeySignalMessage::try_from(&message[..])
                .map(CiphertextMessage::PreKeySignalMessage),
            _ => SignalMessage::try_from(&message[..]).map(CiphertextMessage::SignalMessage),
        }
        .map_err(failure)?;
        let opened = message_decrypt(
            &message,
            &peer,
            &mut self.sessions,
            &mut self.identities,
            &mut self.prekeys,
            &self.signed_prekeys,
            &mut self.rng,
            UsePQRatchet::No,
        )
        .await
        .map_err(failure)?;
        if let Some(id) = opened.consumed_prekey_id {
            self.prekeys.0.remove(&id.into());
        }
        Ok(json!({ "plaintext": hex::encode(opened.plaintext) }))
    }

    async fn record(&mut self, request: &Value) -> Reply {
        let record = self
            .sessions
            .0
            .get(&peer(request)?)
            .ok_or_else(|| bad("no record"))?;
        let archived = record.previous_session_count();
        let bytes = record.serialize().map_err(failure)?.len();
        Ok(json!({ "archived": archived, "bytes": bytes }))
    }

    async fn group_create(&mut self, request: &Value) -> Reply {
        let name = SenderKeyName::from_parts(text(request, "group")?, self.address.as_str());
        let message =
            create_sender_key_distribution_message(&name, &mut self.groups, &mut self.rng)
                .await
                .map_err(failure)?;
        Ok(json!({ "distribution": hex::encode(message.serialized()) }))
    }

    async fn group_process(&mut self, request: &Value) -> Reply {
        let name = SenderKeyName::from_parts(text(request, "group")?, peer(request)?.as_str());
        let bytes = bytes(request, "distribution")?;
        let message = SenderKeyDistributionMessage::try_from(&bytes[..]).map_err(failure)?;
        process_sender_key_distribution_message(&name, &message, &mut self.groups)
            .await
            .map_err(failure)?;
        Ok(json!({}))
    }

    /// The last of `count` messages, as in `encrypt`.
    async fn group_encrypt(&mut self, request: &Value) -> Reply {
        let name = SenderKeyName::from_parts(text(request, "group")?, self.address.as_str());
        let plaintext = bytes(request, "plaintext")?;
        let mut reply = json!({});
        for _ in 0..request["count"].as_u64().unwrap_or(1) {
            let message = signal::group_encrypt(&mut self.groups, &name, &plaintext, &mut self.rng)
                .await
                .map_err(failure)?;
            reply = json!({ "message": hex::encode(message.serialized()) });
        }
        Ok(reply)
    }

    async fn group_decrypt(&mut self, request: &Value) -> Reply {
        let name = SenderKeyName::from_parts(text(request, "group")?, peer(request)?.as_str());
        let message = bytes(request, "message")?;
        let plaintext = signal::group_decrypt(&message, &mut self.groups, &name)
            .await
            .map_err(failure)?;
        Ok(json!({ "plaintext": hex::encode(plaintext) }))
    }
}

// The stores.

struct Identities {
    pair: IdentityKeyPair,
    registration_id: u32,
    known: HashMap<ProtocolAddress, IdentityKey>,
}

#[async_trait::async_trait]
impl IdentityKeyStore for Identities {
    async fn get_identity_key_pair(&self) -> Signal<IdentityKeyPair> {
        Ok(self.pair.clone())
    }
    async fn get_local_registration_id(&self) -> Signal<u32> {
        Ok(self.registration_id)
    }
    async fn save_identity(
        &mut self,
        address: &ProtocolAddress,
        identity: &IdentityKey,
    ) -> Signal<IdentityChange> {
        let before = self.known.insert(address.clone(), *identity);
        Ok(IdentityChange::from_changed(
            before.is_some_and(|before| before != *identity),
        ))
    }
    async fn is_trusted_identity(
        &self,
        address: &ProtocolAddress,
        identity: &IdentityKey,
        _direction: Direction,
    ) -> Signal<bool> {
        Ok(self
            .known
            .get(address)
            .is_none_or(|known| known == identity))
    }
    async fn get_identity(&self, address: &ProtocolAddress) -> Signal<Option<IdentityKey>> {
        Ok(self.known.get(address).copied())
    }
}

#[derive(Default)]
struct Sessions(HashMap<ProtocolAddress, SessionRecord>);

#[async_trait::async_trait]
impl SessionStore for Sessions {
    async fn load_session(&self, address: &ProtocolAddress) -> Signal<Option<SessionRecord>> {
        Ok(self.0.get(address).cloned())
    }
    async fn has_session(&self, address: &ProtocolAddress) -> Signal<bool> {
        Ok(self.0.contains_key(address))
    }
    async fn store_session(
        &mut self,
        address: &ProtocolAddress,
        record: SessionRecord,
    ) -> Signal<()> {
        self.0.insert(address.clone(), record);
        Ok(())
    }
}

#[derive(Default)]
struct PreKeys(HashMap<u32, PreKeyRecord>);

#[async_trait::async_trait]
impl PreKeyStore for PreKeys {
    async fn get_pre_key(&self, id: PreKeyId) -> Signal<PreKeyRecord> {
        self.0
            .get(&id.into())
            .cloned()
            .ok_or(SignalProtocolError::InvalidPreKeyId)
    }
    async fn save_pre_key(&mut self, id: PreKeyId, record: &PreKeyRecord) -> Signal<()> {
        self.0.insert(id.into(), record.clone());
        Ok(())
    }
    async fn remove_pre_key(&mut self, id: PreKeyId) -> Signal<()> {
        self.0.remove(&id.into());
        Ok(())
    }
}

#[derive(Default)]
struct SignedPreKeys(HashMap<u32, SignedPreKeyRecord>);

#[async_trait::async_trait]
impl SignedPreKeyStore for SignedPreKeys {
    async fn get_signed_pre_key(&self, id: SignedPreKeyId) -> Signal<SignedPreKeyRecord> {
        self.0
            .get(&id.into())
            .cloned()
            .ok_or(SignalProtocolError::InvalidSignedPreKeyId)
    }
    async fn save_signed_pre_key(
        &mut self,
        id: SignedPreKeyId,
        record: &SignedPreKeyRecord,
    ) -> Signal<()> {
        self.0.insert(id.into(), record.clone());
        Ok(())
    }
}

#[derive(Default)]
struct Groups(HashMap<SenderKeyName, SenderKeyRecord>);

#[async_trait::async_trait]
impl SenderKeyStore for Groups {
    async fn store_sender_key(
        &mut self,
        name: &SenderKeyName,
        record: SenderKeyRecord,
    ) -> Signal<()> {
        self.0.insert(name.clone(), record);
        Ok(())
    }
    async fn load_sender_key(&self, name: &SenderKeyName) -> Signal<Option<SenderKeyRecord>> {
        Ok(self.0.get(name).cloned())
    }
}

// Inputs and errors.

fn bad(text: &str) -> Failure {
    Failure {
        kind: "bad_input",
        text: text.to_owned(),
    }
}

fn text<'a>(request: &'a Value, name: &str) -> std::result::Result<&'a str, Failure> {
    request[name].as_str().ok_or_else(|| bad(name))
}

fn number(request: &Value, name: &str) -> std::result::Result<u32, Failure> {
    request[name]
        .as_u64()
        .and_then(|value| value.try_into().ok())
        .ok_or_else(|| bad(name))
}

fn bytes(request: &Value, name: &str) -> std::result::Result<Vec<u8>, Failure> {
    hex::decode(text(request, name)?).map_err(|_| bad(name))
}

fn public(request: &Value, name: &str) -> std::result::Result<PublicKey, Failure> {
    PublicKey::deserialize(&bytes(request, name)?).map_err(curve)
}

fn address(
    request: &Value,
    name: &str,
    device: &str,
) -> std::result::Result<ProtocolAddress, Failure> {
    Ok(ProtocolAddress::new(
        text(request, name)?,
        number(request, device)?.into(),
    ))
}

fn peer(request: &Value) -> std::result::Result<ProtocolAddress, Failure> {
    address(request, "peerName", "peerDeviceId")
}

fn curve(error: CurveError) -> Failure {
    failure(error.into())
}

fn failure(error: SignalProtocolError) -> Failure {
    use SignalProtocolError as E;
    let kind = match &error {
        E::DuplicatedMessage(..) => "duplicate",
        E::UntrustedIdentity(..) => "untrusted_identity",
        E::SessionNotFound(..) => "no_session",
        E::SignatureValidationFailed => "bad_signature",
        E::InvalidPreKeyId | E::InvalidSignedPreKeyId => "unknown_prekey",
        E::NoSenderKeyState(..) | E::InvalidSenderKeySession => "no_sender_key",
        _ => "invalid",
    };
    Failure {
        kind,
        text: format!("{error:?}"),
    }
}
