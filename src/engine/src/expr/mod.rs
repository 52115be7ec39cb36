//! The ODK XPath dialect: text → [`syntax::Ast`] → compiled [`program`] → evaluated.
//!
//! Names are resolved once, at compile time; evaluation follows ids (no string lookup on the path of an answer).

pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod syntax;

pub mod functions;
pub(crate) mod operand;
pub(crate) mod program;

pub(crate) mod looks;

pub(crate) mod compile;
pub(crate) mod eval;
mod navigate;

pub(crate) mod given;

pub mod document;
