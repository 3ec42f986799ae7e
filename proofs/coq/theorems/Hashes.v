(** SHA-256, SHA-512, HMAC and HKDF: they never panic, their results have the stated lengths, and they give
    the answers that their standards print. All of it is about the functions that are translated from the
    specification. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Hex.
From Twinratchet Require Import theorems.safety.primitives_sha2 theorems.safety.primitives_hmac.
From Twinratchet Require Import theorems.safety.primitives_hkdf.
From Twinratchet.generated Require Import primitives_sha2 primitives_hmac primitives_hkdf.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

(** * Lengths, and no panics *)

(** SHA-256 of any message below 2^61 bytes, the limit of FIPS 180-4, is 32 bytes, without a panic. *)
Theorem sha256_has_32_bytes_and_never_panics message :
  bytes message -> seq_len message < 2 ^ 61 ->
  exists digest, sha256 message = Ret digest /\ typed_array (typed_int 8) 32 digest.
Proof. intros Hm Hl. apply yields_value, (sha256_safe message Hm Hl). Qed.

(** SHA-512 of any message below 2^61 bytes is 64 bytes, without a panic. *)
Theorem sha512_has_64_bytes_and_never_panics message :
  bytes message -> seq_len message < 2 ^ 61 ->
  exists digest, sha512 message = Ret digest /\ typed_array (typed_int 8) 64 digest.
Proof. intros Hm Hl. apply yields_value, (sha512_safe message Hm Hl). Qed.

(** HMAC-SHA-256 of any key and message below 2^60 bytes is 32 bytes, without a panic. *)
Theorem hmac_sha256_has_32_bytes_and_never_panics key message :
  bytes key -> seq_len key < 2 ^ 60 -> bytes message -> seq_len message < 2 ^ 60 ->
  exists tag, hmac_sha256 key message = Ret tag /\ typed_array (typed_int 8) 32 tag.
Proof.
  intros Hk Hkl Hm Hml. apply yields_value. simpl Z.pow in *.
  apply (hmac_sha256_safe key message); auto; simpl Z.pow; lia.
Qed.

(** HKDF gives as many bytes as are asked for, 0 to 255, without a panic, for any inputs below 2^60 bytes. *)
Theorem hkdf_has_the_asked_length_and_never_panics salt ikm info n :
  bytes salt -> seq_len salt < 2 ^ 60 -> bytes ikm -> seq_len ikm < 2 ^ 60 ->
  bytes info -> seq_len info < 2 ^ 60 -> 0 <= n < 2 ^ 8 ->
  exists okm, hkdf salt ikm info n = Ret okm /\ typed_array (typed_int 8) n okm.
Proof.
  intros. apply yields_value. apply (hkdf_safe salt ikm info n); auto. simpl Z.pow in *. lia.
Qed.

(** * Known answers *)

(** SHA-256 of "abc", the example of one block for FIPS 180-4. *)
Theorem sha256_of_abc :
  sha256 (text "abc") = Ret (hex "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad").
Proof. vm_compute. reflexivity. Qed.

(** SHA-256 of 56 bytes, the example of two blocks for FIPS 180-4. *)
Theorem sha256_of_two_blocks :
  sha256 (text "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
  = Ret (hex "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1").
Proof. vm_compute. reflexivity. Qed.

(** SHA-512 of "abc", the example of one block for FIPS 180-4. *)
Theorem sha512_of_abc :
  sha512 (text "abc")
  = Ret (hex "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" ++
         hex "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f").
Proof. vm_compute. reflexivity. Qed.

(** HMAC-SHA-256 of RFC 4231, 4.3 (test case 2): a key shorter than a block. *)
Theorem hmac_sha256_of_rfc_4231_case_2 :
  hmac_sha256 (text "Jefe") (text "what do ya want for nothing?")
  = Ret (hex "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").
Proof. vm_compute. reflexivity. Qed.

(** HMAC-SHA-256 of RFC 4231, 4.7 (test case 6): a key longer than a block. *)
Theorem hmac_sha256_of_rfc_4231_case_6 :
  hmac_sha256 (seq_fill 170 131) (text "Test Using Larger Than Block-Size Key - Hash Key First")
  = Ret (hex "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54").
Proof. vm_compute. reflexivity. Qed.

(** HKDF of RFC 5869, A.1 (test case 1): 42 bytes, two blocks of which the last is cut. *)
Theorem hkdf_of_rfc_5869_case_1 :
  hkdf (hex "000102030405060708090a0b0c") (seq_fill 11 22) (hex "f0f1f2f3f4f5f6f7f8f9") 42
  = Ret (hex "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" ++
         hex "34007208d5b887185865").
Proof. vm_compute. reflexivity. Qed.
