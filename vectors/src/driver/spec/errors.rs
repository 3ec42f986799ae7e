//! The errors of the specification as error classes.
crate::driver::errors::error_classes!(twinratchet_spec);
