//! The engine's cases as data: small forms with answers in and expectations out, and broken forms with their mistakes.

mod cases;
mod compare;
mod diagnostics;
mod explained;
mod given_out;
mod inputs;
mod instances;
mod lint;
mod never;
mod services;
mod thousand;
