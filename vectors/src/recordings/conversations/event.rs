//! The inputs of an event of a recorded conversation.
use crate::bytes::Bytes;
use crate::recordings::inputs::Fault;
use base64::prelude::{Engine, BASE64_STANDARD};
use serde::Deserialize;

/// An event, by its `op`.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Event {
    /// A party publishes a bundle.
    PublishBundle(PublishBundle),
    /// The other one starts a session with it.
    ProcessBundle(ProcessBundle),
    /// A party encrypts.
    Send(Send),
    /// A party is given a message.
    Deliver(Deliver),
    /// The record of a party was kept.
    Snapshot(TakeSnapshot),
}

/// A bundle is published.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishBundle {
    /// Who publishes it.
    pub by: String,
    /// Its label.
    pub bundle: String,
    /// SPK id.
    pub signed_pre_key_id: u32,
    /// Signature over the serialised SPK.
    pub signed_pre_key_signature: Bytes,
    /// OPK id.
    pub pre_key_id: Option<u32>,
    /// PQPK id.
    pub kem_pre_key_id: u32,
    /// Signature over the serialised PQPK.
    pub kem_pre_key_signature: Bytes,
    /// The private keys.
    pub private: Private,
}

/// The private keys of a bundle.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Private {
    /// SPK.
    #[serde(rename = "signed_pre_key")]
    pub signed: Bytes,
    /// OPK.
    #[serde(rename = "pre_key")]
    pub one_time: Option<Bytes>,
    /// PQPK, the pair serialised.
    #[serde(rename = "kem_secret_key")]
    pub kem: Bytes,
}

/// A session is started.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessBundle {
    /// Who starts it.
    pub by: String,
    /// The label of the bundle.
    pub bundle: String,
    /// The ratchet key that was drawn.
    #[serde(rename = "after.sender.ratchet_private")]
    pub ratchet_private: Bytes,
}

/// A message is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// Its label.
    pub id: String,
    /// Who sends it.
    pub from: String,
    /// Its text.
    pub plaintext: Bytes,
    /// The bytes on the wire: the base key, the KEM ciphertext and the SPQR message are taken from them.
    pub ciphertext: Bytes,
}

/// A message is delivered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliver {
    /// The label of the message.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Bytes in place of those that were sent.
    pub bytes: Option<Bytes>,
    /// What is special.
    pub note: Option<String>,
    /// The ratchet key of the session afterwards, which was drawn if it is new.
    #[serde(rename = "after.sender.ratchet_private")]
    pub ratchet_private: Option<Bytes>,
}

/// A record was kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeSnapshot {
    /// Whose record.
    pub of: String,
    /// When.
    pub label: String,
    /// The bare record.
    pub session_record_b64: String,
}

impl TakeSnapshot {
    /// The bare record.
    ///
    /// Errors: it is not in base64.
    pub fn record(&self) -> Result<Bytes, Fault> {
        let decoded = BASE64_STANDARD.decode(&self.session_record_b64);
        let decoded = decoded.map_err(|_| Fault::Input("session_record_b64"))?;
        Ok(Bytes(decoded))
    }
}

#[cfg(test)]
mod tests {
    use super::TakeSnapshot;

    fn record(text: &str) -> Option<Vec<u8>> {
        let snapshot = TakeSnapshot {
            of: String::new(),
            label: String::new(),
            session_record_b64: text.to_owned(),
        };
        snapshot.record().ok().map(|bytes| bytes.0)
    }

    #[test]
    fn what_is_not_the_text_of_any_bytes_is_refused() {
        assert_eq!(record("Zm9vYg=="), Some(b"foob".to_vec()));
        for text in [
            "Zg", "Zg=", "Zh==", "Zm9v!", "Zg==Zg==", "=", "Zm9vY", "Z g=",
        ] {
            assert_eq!(record(text), None, "{text}");
        }
    }
}
