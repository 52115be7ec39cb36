//! `${name}` to the path that XForms has for it, for what leaves Doorstep.
