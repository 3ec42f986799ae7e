//! The field of Curve25519, by fiat-crypto: generated code, proved to be arithmetic modulo p, in constant time.
//!
//! Which part: RFC 7748, 4.1, as far as Elligator needs it; curve25519-dalek keeps its own field to itself. Called by
//! `primitives::vxeddsa`. Secret: nothing is asked to be; no branch depends on a value.
use core::ops::{Add, Mul, Neg, Sub};
use fiat_crypto::curve25519_64::{
    fiat_25519_add, fiat_25519_carry, fiat_25519_carry_mul, fiat_25519_carry_square,
    fiat_25519_from_bytes, fiat_25519_loose_field_element, fiat_25519_opp, fiat_25519_relax,
    fiat_25519_selectznz, fiat_25519_sub, fiat_25519_tight_field_element, fiat_25519_to_bytes,
};
use subtle::ConstantTimeEq;

/// An integer modulo p, in five limbs within the tight bounds of fiat-crypto: each at most 2^51 + 2^48.
#[derive(Clone, Copy)]
pub struct Fe(fiat_25519_tight_field_element);

impl Fe {
    const ZERO: Self = Self(fiat_25519_tight_field_element([0; 5]));
    pub const ONE: Self = Self::small(1);

    /// A small integer: one limb holds it.
    pub const fn small(n: u32) -> Self {
        Self(fiat_25519_tight_field_element([n as u64, 0, 0, 0, 0]))
    }

    /// Read 32 bytes, least significant first; bit 255 is ignored, and the rest is reduced.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut masked = *bytes;
        let [.., last] = &mut masked;
        *last &= 0x7f;
        let mut out = Self::ZERO;
        fiat_25519_from_bytes(&mut out.0, &masked);
        out
    }

    /// Write the integer, below p, least significant byte first.
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        fiat_25519_to_bytes(&mut bytes, &self.0);
        bytes
    }

    pub fn square(self) -> Self {
        self.square_times(1)
    }

    /// The inverse, 0 for 0: the power p - 2 = 2^5 (2^250 - 1) + 11.
    #[allow(clippy::arithmetic_side_effects)] // arithmetic mod p
    pub fn inverse(self) -> Self {
        let (power, power_11) = self.power_2_250_minus_1();
        power.square_times(5) * power_11
    }

    /// Whether it is a square, 0 included: 1 or 0. The power (p - 1) / 2 = 2^4 (2^250 - 1) + 6 is not -1.
    #[allow(clippy::arithmetic_side_effects)] // arithmetic mod p
    pub fn is_square(self) -> u8 {
        let (power, _) = self.power_2_250_minus_1();
        let euler = power.square_times(4) * (self.square() * self).square();
        let minus_1 = -Self::ONE;
        (!euler.to_bytes().ct_eq(&minus_1.to_bytes())).unwrap_u8()
    }

    /// The first for 0, the second for 1.
    pub fn select(choice: u8, for_0: Self, for_1: Self) -> Self {
        let mut out = Self::ZERO;
        fiat_25519_selectznz(&mut out.0 .0, choice, &for_0.0 .0, &for_1.0 .0);
        out
    }

    /// The powers 2^250 - 1 and 11.
    #[allow(clippy::arithmetic_side_effects)] // arithmetic mod p
    fn power_2_250_minus_1(self) -> (Self, Self) {
        let power_9 = self.square_times(3) * self;
        let power_11 = power_9 * self.square();
        // The power 2^n - 1 for each n.
        let n_5 = power_11.square() * power_9;
        let n_10 = n_5.square_times(5) * n_5;
        let n_20 = n_10.square_times(10) * n_10;
        let n_40 = n_20.square_times(20) * n_20;
        let n_50 = n_40.square_times(10) * n_10;
        let n_100 = n_50.square_times(50) * n_50;
        let n_200 = n_100.square_times(100) * n_100;
        (n_200.square_times(50) * n_50, power_11)
    }

    fn square_times(self, count: usize) -> Self {
        let mut out = self;
        for _ in 0..count {
            let loose = out.relax();
            fiat_25519_carry_square(&mut out.0, &loose);
        }
        out
    }

    fn relax(self) -> fiat_25519_loose_field_element {
        let mut out = LOOSE_ZERO;
        fiat_25519_relax(&mut out, &self.0);
        out
    }

    fn carry(loose: &fiat_25519_loose_field_element) -> Self {
        let mut out = Self::ZERO;
        fiat_25519_carry(&mut out.0, loose);
        out
    }
}

const LOOSE_ZERO: fiat_25519_loose_field_element = fiat_25519_loose_field_element([0; 5]);

impl Add for Fe {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let mut out = LOOSE_ZERO;
        fiat_25519_add(&mut out, &self.0, &other.0);
        Self::carry(&out)
    }
}

impl Sub for Fe {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let mut out = LOOSE_ZERO;
        fiat_25519_sub(&mut out, &self.0, &other.0);
        Self::carry(&out)
    }
}

impl Mul for Fe {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut out = Self::ZERO;
        fiat_25519_carry_mul(&mut out.0, &self.relax(), &other.relax());
        out
    }
}

impl Neg for Fe {
    type Output = Self;

    fn neg(self) -> Self {
        let mut out = LOOSE_ZERO;
        fiat_25519_opp(&mut out, &self.0);
        Self::carry(&out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(n: u8) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[0] = n;
        bytes
    }

    /// p + n, for n below 19.
    fn p_plus(n: u8) -> [u8; 32] {
        let mut bytes = [0xff; 32];
        bytes[0] = 0xed + n;
        bytes[31] = 0x7f;
        bytes
    }

    #[test]
    fn reading_reduces_and_ignores_the_top_bit() {
        for n in 0..19 {
            let mut read = p_plus(n);
            assert_eq!(Fe::from_bytes(&read).to_bytes(), bytes(n));
            read[31] = 0xff;
            assert_eq!(Fe::from_bytes(&read).to_bytes(), bytes(n));
        }
    }

    #[test]
    fn inverse_and_squares_of_edge_values() {
        let zero = Fe::small(0);
        assert_eq!(zero.inverse().to_bytes(), bytes(0));
        assert_eq!(zero.is_square(), 1);
        assert_eq!((-zero).to_bytes(), bytes(0));
        // p = 5 mod 8: -1 is a square, and 2 is not.
        assert_eq!((-Fe::ONE).is_square(), 1);
        assert_eq!(Fe::small(2).is_square(), 0);
        assert_eq!(
            (Fe::small(2).inverse() + Fe::small(2).inverse()).to_bytes(),
            bytes(1)
        );
        assert_eq!(Fe::select(0, zero, Fe::ONE).to_bytes(), bytes(0));
        assert_eq!(Fe::select(1, zero, Fe::ONE).to_bytes(), bytes(1));
    }

    proptest! {
        #[test]
        fn laws_of_a_field(a: [u8; 32], b: [u8; 32]) {
            let (x, y) = (Fe::from_bytes(&a), Fe::from_bytes(&b));
            prop_assert_eq!((x * y * y.inverse()).to_bytes(), x.to_bytes());
            prop_assert_eq!((x - y + y).to_bytes(), x.to_bytes());
            prop_assert_eq!((x + (-y)).to_bytes(), (x - y).to_bytes());
            prop_assert_eq!(((x + y) * (x - y)).to_bytes(), (x.square() - y.square()).to_bytes());
            prop_assert_eq!(x.square().is_square(), 1);
            prop_assert_eq!((Fe::small(2) * y.square()).is_square(), 0);
        }
    }
}
