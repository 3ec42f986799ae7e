//! Addresses of devices, service ids, and the address block of prekey messages.
//!
//! What: a name with a device id; the fixed-width form of names that are service ids. Which part: deployed only, no public
//! text. Who calls it: `session`. Secret: nothing.
use crate::keys::types::Uuid;
use thiserror::Error;

/// Smallest device id.
pub const MIN_DEVICE_ID: u32 = 1;
/// Largest device id.
pub const MAX_DEVICE_ID: u32 = 127;
/// Length of a UUID in text, with its four hyphens.
pub const UUID_TEXT_LENGTH: usize = 36;
/// Length of a service id of fixed width: the kind and the UUID.
pub const SERVICE_ID_LENGTH: usize = 17;
/// Length of the address block.
pub const ADDRESS_BLOCK_LENGTH: usize = 36;

const PNI_PREFIX: &[u8] = b"PNI:";
const HYPHEN_POSITIONS: [usize; 4] = [8, 13, 18, 23];

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// The device id is outside 1..=127.
    #[error("the device id is not in 1..=127")]
    BadDeviceId,
}

/// A device of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The name: any bytes, UTF-8 in deployed systems.
    pub name: Vec<u8>,
    /// 1..=127.
    pub device_id: u8,
}

/// What a service id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceIdKind {
    /// An account.
    Account,
    /// A phone-number identity.
    PhoneNumberIdentity,
}

/// A name that is a service id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceId {
    /// Account or phone-number identity.
    pub kind: ServiceIdKind,
    /// 16 bytes.
    pub uuid: Uuid,
}

/// Mirror of `spec::address::address`.
///
/// In: the name, any bytes; a device id. Out: the address.
/// Errors: `BadDeviceId` outside 1..=127.
pub fn address(name: Vec<u8>, device_id: u32) -> Result<Address, AddressError> {
    if !(MIN_DEVICE_ID..=MAX_DEVICE_ID).contains(&device_id) {
        return Err(AddressError::BadDeviceId);
    }
    let device_id = u8::try_from(device_id).map_err(|_| AddressError::BadDeviceId)?;
    Ok(Address { name, device_id })
}

/// Mirror of `spec::address::parse_service_id`.
///
/// In: the name. Out: the service id, if it is one.
#[must_use]
pub fn parse_service_id(name: &[u8]) -> Option<ServiceId> {
    let (kind, text) = match name.strip_prefix(PNI_PREFIX) {
        Some(text) => (ServiceIdKind::PhoneNumberIdentity, text),
        None => (ServiceIdKind::Account, name),
    };
    Some(ServiceId {
        kind,
        uuid: parse_uuid(text)?,
    })
}

/// Mirror of `spec::address::address_block`.
///
/// In: both addresses. Out: sender service id (17), device id, recipient service id (17), device id, if both names are
/// service ids.
#[must_use]
pub fn address_block(sender: &Address, recipient: &Address) -> Option<[u8; ADDRESS_BLOCK_LENGTH]> {
    let from = service_id_fixed_width(parse_service_id(&sender.name)?, sender.device_id);
    let to = service_id_fixed_width(parse_service_id(&recipient.name)?, recipient.device_id);
    let mut block = [0; ADDRESS_BLOCK_LENGTH];
    for (slot, byte) in block.iter_mut().zip(from.iter().chain(&to)) {
        *slot = *byte;
    }
    Some(block)
}

/// Mirror of `spec::address::same_service_id`.
///
/// In: two addresses. Out: whether both names are service ids, and the same one; true also for two devices of one account.
#[must_use]
pub fn same_service_id(a: &Address, b: &Address) -> bool {
    match (parse_service_id(&a.name), parse_service_id(&b.name)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// The kind byte, the UUID, and a device id.
fn service_id_fixed_width(id: ServiceId, device_id: u8) -> [u8; SERVICE_ID_LENGTH + 1] {
    let mut out = [0; SERVICE_ID_LENGTH + 1];
    let [kind, uuid @ .., device] = &mut out;
    *kind = match id.kind {
        ServiceIdKind::Account => 0,
        ServiceIdKind::PhoneNumberIdentity => 1,
    };
    *uuid = *id.uuid.as_bytes();
    *device = device_id;
    out
}

/// A UUID of 36 characters, its digits in either case.
fn parse_uuid(text: &[u8]) -> Option<Uuid> {
    if text.len() != UUID_TEXT_LENGTH {
        return None;
    }
    let mut uuid = [0; 16];
    let mut slots = uuid.iter_mut();
    let mut high = None;
    for (i, byte) in text.iter().enumerate() {
        if HYPHEN_POSITIONS.contains(&i) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = u8::try_from(char::from(*byte).to_digit(16)?).ok()?;
        match high.take() {
            None => high = Some(digit << 4),
            Some(high) => *slots.next()? = high | digit,
        }
    }
    Some(Uuid::from_bytes(uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"9d0652a3-dcc3-4d11-975f-74D61598733F";

    #[test]
    fn service_ids_are_hyphenated_uuids() {
        let id = parse_service_id(TEXT).unwrap();
        assert_eq!(id.kind, ServiceIdKind::Account);
        assert_eq!(
            hex::encode(id.uuid.as_bytes()),
            "9d0652a3dcc34d11975f74d61598733f"
        );
        let pni = parse_service_id(&[b"PNI:", TEXT].concat()).unwrap();
        assert_eq!(
            (pni.kind, pni.uuid),
            (ServiceIdKind::PhoneNumberIdentity, id.uuid)
        );
        for wrong in [
            &b"+14151111111"[..],
            b"",
            &TEXT[..35],
            &[b"pni:", TEXT].concat(),
            &[TEXT, b"0"].concat(),
        ] {
            assert_eq!(parse_service_id(wrong), None);
        }
        let mut moved = TEXT.to_vec();
        moved.swap(8, 9);
        assert_eq!(parse_service_id(&moved), None);
    }

    #[test]
    fn device_ids_are_from_1_to_127() {
        assert_eq!(address(vec![], 0), Err(AddressError::BadDeviceId));
        assert_eq!(address(vec![], 128), Err(AddressError::BadDeviceId));
        assert_eq!(address(vec![], 127).unwrap().device_id, 127);
    }

    #[test]
    fn address_block_has_fixed_width() {
        let a = address(TEXT.to_vec(), 3).unwrap();
        let b = address([b"PNI:", TEXT].concat(), 5).unwrap();
        let expected = "009d0652a3dcc34d11975f74d61598733f03019d0652a3dcc34d11975f74d61598733f05";
        assert_eq!(hex::encode(address_block(&a, &b).unwrap()), expected);
        assert!(!same_service_id(&a, &b));
        let phone = address(b"+1".to_vec(), 1).unwrap();
        assert_eq!(address_block(&a, &phone), None);
        assert!(!same_service_id(&phone, &phone));
    }
}
