//! What version 4 adds to scripts: KEM prekeys, and the random bytes that SPQR draws when its state says so.
use super::{Bundle, Script, NOW};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::families::build::{random64, Plan};
use crate::outcome::{BraidState, ErrorClass};
use crate::step::{Profile, Step};

/// The id of the KEM prekey of last resort.
pub const KEM_PREKEY: u32 = 9;
/// The id of Bob's one-time KEM prekey.
pub const ONE_TIME_KEM_PREKEY: u32 = 10;

impl Script {
    /// 64 fresh secret bytes of this meaning.
    pub fn draw64(&mut self, meaning: &str) -> Bytes {
        let meaning = self.numbered(meaning);
        random64(self.family, self.tc_id, &meaning)
    }

    /// Parties that are made from here on have this profile.
    pub fn speak(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// Whether a party makes sessions of version 4.
    fn is_v4(&self, party: &str) -> bool {
        self.profiles.get(party) == Some(&Profile::SignalV4)
    }

    /// Give a party a fresh KEM prekey.
    pub fn kem_prekey(&mut self, party: &str, id: u32, last_resort: bool) -> Plan<()> {
        let seed = self.draw64(&format!("{party} KEM prekey"));
        self.kem_prekey_from(party, id, last_resort, seed)
    }

    /// Give a party the KEM prekey of a seed.
    pub fn kem_prekey_from(
        &mut self,
        party: &str,
        id: u32,
        last_resort: bool,
        seed: Bytes,
    ) -> Plan<()> {
        let party = party.to_owned();
        if id == KEM_PREKEY {
            self.with_kem_prekey.insert(party.clone());
        }
        self.valid(Step::AddKemPrekey {
            party,
            id,
            seed,
            last_resort,
        })?;
        Ok(())
    }

    /// In version 4, give parties one KEM prekey of last resort.
    pub fn share_kem_prekey(&mut self, parties: &[&str]) -> Plan<()> {
        if self.profile == Profile::SignalV4 {
            let seed = self.draw64("shared KEM prekey");
            for party in parties {
                self.kem_prekey_from(party, KEM_PREKEY, true, seed.clone())?;
            }
        }
        Ok(())
    }

    /// In version 4 the id of the KEM prekey of last resort, which is made if the party has none.
    pub(super) fn kem_prekey_of_last_resort(&mut self, party: &str) -> Plan<Option<u32>> {
        if !self.is_v4(party) {
            return Ok(None);
        }
        if !self.with_kem_prekey.contains(party) {
            self.kem_prekey(party, KEM_PREKEY, true)?;
        }
        Ok(Some(KEM_PREKEY))
    }

    /// A bundle of Bob with prekeys of one use, both of which he gets here.
    pub fn bundle_of_one_use(&mut self, one_time_prekey_id: Option<u32>) -> Plan<Bundle> {
        self.kem_prekey("bob", ONE_TIME_KEM_PREKEY, false)?;
        self.bundle_with("bob", one_time_prekey_id, Some(ONE_TIME_KEM_PREKEY))
    }

    /// Refuse to publish a bundle.
    pub fn publishes_not(
        &mut self,
        party: &str,
        opk: Option<u32>,
        kem: Option<u32>,
        class: ErrorClass,
    ) -> Plan<()> {
        let step = self.publishing(party, opk, kem);
        self.invalid(step, class)
    }

    /// What a start draws for its encapsulation.
    pub(super) fn drawn_for_start(&mut self, party: &str) -> Option<Bytes> {
        self.is_v4(party)
            .then(|| self.draw(&format!("{party} KEM random")))
    }

    /// The state of the braid of a session's sender.
    pub fn braid(&self, party: &str, peer: &str) -> Option<BraidState> {
        let current = self.driver.snapshot(party, peer)?.current?;
        Some(current.spqr?.braid?.state)
    }

    /// The step that encrypts, with what SPQR draws.
    pub fn sending(&mut self, party: &str, peer: &str, plaintext: &[u8], now_ms: u64) -> Step {
        let braid = self.braid(party, peer);
        let seed = braid == Some(BraidState::KeysUnsampled);
        let random = braid == Some(BraidState::HeaderReceived);
        Step::Encrypt {
            party: party.to_owned(),
            peer: peer.to_owned(),
            plaintext: Bytes::from(plaintext),
            kem_seed: seed.then(|| self.draw64(&format!("{party} SPQR seed"))),
            kem_random: random.then(|| self.draw(&format!("{party} SPQR random"))),
            now_ms,
        }
    }

    /// Encrypt messages that never arrive; SPQR draws nothing for them.
    pub fn drop_messages(&mut self, party: &str, peer: &str, count: u32) -> Plan<()> {
        self.valid(Step::DropMessages {
            party: party.to_owned(),
            peer: peer.to_owned(),
            plaintext: Bytes(b"dropped".to_vec()),
            count,
            kem_seed: None,
            kem_random: None,
            now_ms: NOW,
        })?;
        Ok(())
    }
}
