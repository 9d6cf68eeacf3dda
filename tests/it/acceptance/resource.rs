//! The resource `vpcflow_log`, its list resource, and states that are moved or imported.

mod declared_twice;
mod drift;
mod few_calls;
mod frozen;
mod interrupt;
mod kinds;
mod lifecycle;
mod ministack;
mod mocked;
mod moto;
mod moves;
mod no_reply;
mod outside;
mod query;
mod random;
mod refused;
mod regions;
mod replies;
mod spellings;
mod tags;
