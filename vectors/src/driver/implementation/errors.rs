//! The errors of the implementation as error classes.
crate::driver::errors::error_classes!(twinratchet);
