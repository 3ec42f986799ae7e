//! VXEdDSA of the specification.
use super::{copy, private_key, secret, Spec};
use crate::driver::library::{Array32, Vxeddsa};
use crate::outcome::ErrorClass;
use twinratchet_spec::keys::types::Integer256;
use twinratchet_spec::keys::{PublicKey, SignatureRandom, VrfSignature};
use twinratchet_spec::primitives::edwards25519::compress;
use twinratchet_spec::primitives::{vxeddsa, x25519};

impl Vxeddsa for Spec {
    fn vxeddsa_sign(private: Array32, message: &[u8], random: [u8; 64]) -> ([u8; 96], Array32) {
        let private = x25519::clamp(private_key(private));
        let random = SignatureRandom::from_public_slice(&random);
        let (signature, output) = vxeddsa::sign(&private, &secret(message), &random);
        (copy(&signature), copy(&output))
    }

    fn vxeddsa_verify(
        public: Array32,
        message: &[u8],
        signature: [u8; 96],
    ) -> Result<Array32, ErrorClass> {
        let key = PublicKey::from_native_slice(&public);
        let signature = VrfSignature::from_native_slice(&signature);
        vxeddsa::verify(key, &secret(message), signature)
            .map(|output| copy(&output))
            .ok_or(ErrorClass::BadSignature)
    }

    fn elligator2(r: Array32) -> Array32 {
        copy(&vxeddsa::elligator2(Integer256::from_native_slice(&r)))
    }

    fn hash_to_point(message: &[u8]) -> Array32 {
        copy(&compress(vxeddsa::hash_to_point(&secret(message))))
    }

    fn point_of_hash(hash: Array32) -> Array32 {
        let hash = Integer256::from_native_slice(&hash);
        copy(&compress(vxeddsa::point_of_hash(hash)))
    }
}
