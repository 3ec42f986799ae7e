//! The enums of the implementation from and to those of steps.
crate::driver::names::enum_names!(twinratchet);
