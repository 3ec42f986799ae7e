//! Epochs of SPQR as decimal strings in JSON: they have 64 bits, and numbers of JSON are exact up to 53 bits only.
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An epoch of SPQR, written in decimal without leading zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl From<u64> for Epoch {
    fn from(epoch: u64) -> Self {
        Self(epoch)
    }
}

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Epoch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let epoch: u64 = text.parse().map_err(Error::custom)?;
        if epoch.to_string() == text {
            Ok(Self(epoch))
        } else {
            Err(Error::custom("an epoch has no sign and no leading zeros"))
        }
    }
}
