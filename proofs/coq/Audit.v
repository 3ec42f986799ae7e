From Twinratchet Require Prelude.
From Twinratchet Require theorems.Toy.
From Twinratchet Require theorems.safety.ratchet_symmetric.
Goal True. idtac "@@ theorems.Toy.toy_pad_typed". Abort.
Print Assumptions Twinratchet.theorems.Toy.toy_pad_typed.
Goal True. idtac "@@ ". Abort.
Check @Twinratchet.theorems.Toy.toy_pad_typed.
Goal True. idtac "@@ theorems.safety.ratchet_symmetric.chain_hmac_safe". Abort.
Print Assumptions Twinratchet.theorems.safety.ratchet_symmetric.chain_hmac_safe.
Goal True. idtac "@@ ". Abort.
Check @Twinratchet.theorems.safety.ratchet_symmetric.chain_hmac_safe.
Goal True. idtac "@@ theorems.safety.ratchet_symmetric.kdf_ck_safe". Abort.
Print Assumptions Twinratchet.theorems.safety.ratchet_symmetric.kdf_ck_safe.
Goal True. idtac "@@ ". Abort.
Check @Twinratchet.theorems.safety.ratchet_symmetric.kdf_ck_safe.
Goal True. idtac "@@ theorems.safety.ratchet_symmetric.message_keys_safe". Abort.
Print Assumptions Twinratchet.theorems.safety.ratchet_symmetric.message_keys_safe.
Goal True. idtac "@@ ". Abort.
Check @Twinratchet.theorems.safety.ratchet_symmetric.message_keys_safe.
