//! VXEdDSA of the implementation.
use super::{private_key, Implementation};
use crate::driver::library::{Array32, Vxeddsa};
use crate::outcome::ErrorClass;
use twinratchet::keys::{PublicKey, SignatureRandom, VrfSignature};
use twinratchet::primitives::edwards25519::compress;
use twinratchet::primitives::{vxeddsa, x25519};

impl Vxeddsa for Implementation {
    fn vxeddsa_sign(private: Array32, message: &[u8], random: [u8; 64]) -> ([u8; 96], Array32) {
        let private = x25519::clamp(private_key(private));
        let random = SignatureRandom::from_bytes(random);
        let (signature, output) = vxeddsa::sign(&private, message, &random);
        (*signature.as_bytes(), *output.as_bytes())
    }

    fn vxeddsa_verify(
        public: Array32,
        message: &[u8],
        signature: [u8; 96],
    ) -> Result<Array32, ErrorClass> {
        let key = PublicKey::from_bytes(public);
        vxeddsa::verify(key, message, VrfSignature::from_bytes(signature))
            .map(|output| *output.as_bytes())
            .ok_or(ErrorClass::BadSignature)
    }

    fn elligator2(r: Array32) -> Array32 {
        *vxeddsa::elligator2(&r).as_bytes()
    }

    fn hash_to_point(message: &[u8]) -> Array32 {
        *compress(vxeddsa::hash_to_point(message)).as_bytes()
    }

    fn point_of_hash(hash: Array32) -> Array32 {
        *compress(vxeddsa::point_of_hash(&hash)).as_bytes()
    }
}
