//! The programs are in `examples/`. This crate itself holds nothing but the README, whose code is
//! compiled and run as tests.
#![cfg_attr(feature = "isahc", doc = include_str!("../../../README.md"))]
