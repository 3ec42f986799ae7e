(** Pinned constants: labels, prefixes and inputs of the generated code, as the standards print them.

    These examples show that the path from the specification to a theorem works, and they fail if one of the
    constants changes. They say nothing about how the functions are used together. *)
From Coq Require Import Ascii String.
From Twinratchet Require Import Prelude.
From Twinratchet.generated Require handshake_pqxdh handshake_x3dh primitives ratchet_symmetric.

(** The bytes of a label. *)
Definition bytes (label : string) : list U8 :=
  map (fun c => Z.of_N (N_of_ascii c)) (list_ascii_of_string label).

Section Pinned.
Context {P : primitives.Primitives}.

(** X3DH 2.2: the key material begins with 32 bytes ff, and the agreements follow in order. *)
Example key_material_of_three (dh1 dh2 dh3 : list U8) :
  handshake_x3dh.key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 None)
  = Ret (((repeat 255 32 ++ dh1) ++ dh2) ++ dh3).
Proof. reflexivity. Qed.

Example key_material_of_four (dh1 dh2 dh3 dh4 : list U8) :
  handshake_x3dh.key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 (Some dh4))
  = Ret ((((repeat 255 32 ++ dh1) ++ dh2) ++ dh3) ++ dh4).
Proof. reflexivity. Qed.

(** X3DH 2.2 as deployed: no salt, the info [WhisperText], 64 bytes, the root key first. *)
Example x3dh_kdf_label (ikm okm : list U8) :
  primitives.hkdf primitives.no_salt ikm (bytes "WhisperText") 64 = okm ->
  handshake_x3dh.x3dh_kdf ikm
  = (let! root := array_from_slice 32 okm 0 32 in
     let! chain := array_from_slice 32 okm 32 32 in
     Ret (handshake_x3dh.mk_Secrets root chain)).
Proof. intros <-. reflexivity. Qed.

(** PQXDH 2.2 and 3.3: the secret of the KEM comes last. *)
Example pqxdh_key_material_of_three (dh1 dh2 dh3 ss : list U8) :
  handshake_pqxdh.pqxdh_key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 None) ss
  = Ret ((((repeat 255 32 ++ dh1) ++ dh2) ++ dh3) ++ ss).
Proof. reflexivity. Qed.

Example pqxdh_key_material_of_four (dh1 dh2 dh3 dh4 ss : list U8) :
  handshake_pqxdh.pqxdh_key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 (Some dh4)) ss
  = Ret (((((repeat 255 32 ++ dh1) ++ dh2) ++ dh3) ++ dh4) ++ ss).
Proof. reflexivity. Qed.

(** PQXDH 2.2 as deployed: no salt, the info with curve, hash and KEM, 96 bytes, the key of SPQR last. *)
Example pqxdh_kdf_label (ikm okm : list U8) :
  primitives.hkdf primitives.no_salt ikm
    (bytes "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024") 96 = okm ->
  handshake_pqxdh.pqxdh_kdf ikm
  = (let! root := array_from_slice 32 okm 0 32 in
     let! chain := array_from_slice 32 okm 32 32 in
     let! auth := array_from_slice 32 okm 64 32 in
     Ret (handshake_pqxdh.mk_PqxdhSecrets root chain auth)).
Proof. intros <-. reflexivity. Qed.

(** Double Ratchet 5.2: the input 2 gives the next chain key, the input 1 the message key seed. *)
Example kdf_ck_inputs (ck : list U8) :
  ratchet_symmetric.kdf_ck ck
  = (let! next := array_from_seq 32 (primitives.hmac_sha256 ck [2]) in
     let! seed := array_from_seq 32 (primitives.hmac_sha256 ck [1]) in
     Ret (next, seed)).
Proof. reflexivity. Qed.

(** Double Ratchet 5.2 as deployed: the key of SPQR as the salt, or no salt; the info [WhisperMessageKeys], 80 bytes. *)
Example message_keys_label (seed okm : list U8) (sparse_key : option (list U8)) :
  let salt := match sparse_key with Some key => key | None => primitives.no_salt end in
  primitives.hkdf salt seed (bytes "WhisperMessageKeys") 80 = okm ->
  ratchet_symmetric.message_keys seed sparse_key
  = (let! cipher := array_from_slice 32 okm 0 32 in
     let! mac := array_from_slice 32 okm 32 32 in
     let! iv := array_from_slice 16 okm 64 16 in
     Ret (ratchet_symmetric.mk_MessageKeys cipher mac iv)).
Proof. intros salt <-. reflexivity. Qed.

End Pinned.
