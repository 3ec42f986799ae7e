//! What a library must offer of VXEdDSA.
use super::Array32;
use crate::outcome::ErrorClass;

/// VXEdDSA.
pub trait Vxeddsa {
    /// Signature and output of the VRF.
    fn vxeddsa_sign(private: Array32, message: &[u8], random: [u8; 64]) -> ([u8; 96], Array32);
    /// The output of the VRF. Errors: `bad_signature`.
    fn vxeddsa_verify(
        public: Array32,
        message: &[u8],
        signature: [u8; 96],
    ) -> Result<Array32, ErrorClass>;
    /// The coordinate u.
    fn elligator2(r: Array32) -> Array32;
    /// The point, encoded.
    fn hash_to_point(message: &[u8]) -> Array32;
    /// The point of the first 32 bytes of a hash, encoded.
    fn point_of_hash(hash: Array32) -> Array32;
}
