//! The enums of the specification from and to those of steps.
crate::driver::names::enum_names!(twinratchet_spec);
