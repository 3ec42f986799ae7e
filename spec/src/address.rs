//! Addresses of devices, service ids, and the address block of prekey messages.
//!
//! What: a name with a device id; the fixed-width form of names that are service ids. Which part:
//! deployed only, no public text. Who calls it: `session`. Secret: nothing.
use crate::keys::types::*;
use hacspec_lib::*;

/// Smallest device id.
pub const MIN_DEVICE_ID: u32 = 1u32;
/// Largest device id.
pub const MAX_DEVICE_ID: u32 = 127u32;
/// Length of a UUID in text, with its four hyphens.
pub const UUID_TEXT_LENGTH: usize = 36;
/// Length of a service id of fixed width: the kind and the UUID.
pub const SERVICE_ID_LENGTH: usize = 17;
/// Length of the address block.
pub const ADDRESS_BLOCK_LENGTH: usize = 36;

const HYPHEN: u8 = 0x2du8;
const PNI_PREFIX_LENGTH: usize = 4;
const NOT_A_DIGIT: u8 = 16u8;

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// The device id is outside 1..=127.
    BadDeviceId,
}

/// A device of an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// The name, public: any bytes, UTF-8 in deployed systems.
    pub name: Seq<u8>,
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceId {
    /// Account or phone-number identity.
    pub kind: ServiceIdKind,
    /// 16 bytes, public.
    pub uuid: Uuid,
}

/// Make an address.
///
/// In: the name, any bytes; a device id. Out: the address.
/// Errors: `BadDeviceId` outside 1..=127.
pub fn address(name: Seq<u8>, device_id: u32) -> Result<Address, AddressError> {
    if device_id < MIN_DEVICE_ID || device_id > MAX_DEVICE_ID {
        Err(AddressError::BadDeviceId)
    } else {
        Ok(Address {
            name,
            device_id: device_id as u8,
        })
    }
}

/// The value of a hexadecimal digit in either case, or [`NOT_A_DIGIT`].
fn hex_digit(c: u8) -> u8 {
    if c >= 0x30u8 && c <= 0x39u8 {
        c - 0x30u8
    } else if c >= 0x41u8 && c <= 0x46u8 {
        c - 0x37u8
    } else if c >= 0x61u8 && c <= 0x66u8 {
        c - 0x57u8
    } else {
        NOT_A_DIGIT
    }
}

/// Whether a hyphen stands at this position of a UUID in text.
fn is_hyphen_position(i: usize) -> bool {
    i == 8 || i == 13 || i == 18 || i == 23
}

/// Read a UUID from 36 characters in the middle of a name.
fn parse_uuid(name: &Seq<u8>, start: usize) -> Option<Uuid> {
    let mut uuid = Uuid::new();
    let mut digits = 0usize;
    let mut well_formed = true;
    for i in 0..UUID_TEXT_LENGTH {
        let c = name[start + i];
        if is_hyphen_position(i) {
            if c != HYPHEN {
                well_formed = false;
            }
        } else {
            let d = hex_digit(c);
            if d == NOT_A_DIGIT {
                well_formed = false;
            } else {
                uuid[digits / 2] = (uuid[digits / 2] << 4) | d;
            }
            digits = digits + 1;
        }
    }
    if well_formed {
        Some(uuid)
    } else {
        None
    }
}

/// Whether a name starts with `PNI:`.
fn has_pni_prefix(name: &Seq<u8>) -> bool {
    name[0] == 0x50u8 && name[1] == 0x4eu8 && name[2] == 0x49u8 && name[3] == 0x3au8
}

/// Read a name as a service id.
///
/// Deployed: a hyphenated UUID of 36 characters is an account, `PNI:` and the same a phone-number
/// identity; the digits are taken in either case. Anything else is not a service id.
/// In: the name. Out: the service id, if it is one.
pub fn parse_service_id(name: &Seq<u8>) -> Option<ServiceId> {
    if name.len() == UUID_TEXT_LENGTH {
        match parse_uuid(name, 0) {
            Some(uuid) => Some(ServiceId {
                kind: ServiceIdKind::Account,
                uuid,
            }),
            None => None,
        }
    } else if name.len() == PNI_PREFIX_LENGTH + UUID_TEXT_LENGTH && has_pni_prefix(name) {
        match parse_uuid(name, PNI_PREFIX_LENGTH) {
            Some(uuid) => Some(ServiceId {
                kind: ServiceIdKind::PhoneNumberIdentity,
                uuid,
            }),
            None => None,
        }
    } else {
        None
    }
}

/// The fixed-width form: the kind byte (00 account, 01 phone-number identity) and the UUID.
fn service_id_fixed_width(id: ServiceId) -> Seq<u8> {
    let mut out = Seq::<u8>::new(SERVICE_ID_LENGTH);
    out[0] = match id.kind {
        ServiceIdKind::Account => 0u8,
        ServiceIdKind::PhoneNumberIdentity => 1u8,
    };
    out.update(1, &id.uuid)
}

/// The address block of a message.
///
/// Deployed: sender service id (17) ‖ sender device id ‖ recipient service id (17) ‖ recipient device id.
/// In: both addresses. Out: 36 bytes, public, if both names are service ids.
pub fn address_block(sender: &Address, recipient: &Address) -> Option<Seq<u8>> {
    match (
        parse_service_id(&sender.name),
        parse_service_id(&recipient.name),
    ) {
        (Some(from), Some(to)) => {
            let mut out = Seq::<u8>::new(ADDRESS_BLOCK_LENGTH);
            out = out.update(0, &service_id_fixed_width(from));
            out[17] = sender.device_id;
            out = out.update(18, &service_id_fixed_width(to));
            out[35] = recipient.device_id;
            Some(out)
        }
        _ => None,
    }
}

/// Whether both names are service ids, and the same one.
///
/// In: two addresses. Out: true also for two devices of one account.
pub fn same_service_id(a: &Address, b: &Address) -> bool {
    match (parse_service_id(&a.name), parse_service_id(&b.name)) {
        (Some(x), Some(y)) => x.kind == y.kind && x.uuid == y.uuid,
        _ => false,
    }
}
