//! The resource `vpcflow_log`, its list resource, and states that are moved or imported.

mod drift;
mod frozen;
mod interrupt;
mod kinds;
mod lifecycle;
mod lost;
mod ministack;
mod mocked;
mod moto;
mod moves;
mod outside;
mod places;
mod query;
mod random;
mod refused;
mod replies;
mod spellings;
mod tags;
mod twice;
