//! The matrix of all ways to find credentials, endpoints and regions.
//!
//! Each case is data (`case`): files, variables, arguments, and the expected result. It runs twice: through the real
//! binary (`evaluate`) and, if possible, through botocore (`oracle`), against its own server, which
//! acts as every source of credentials (`harness::world`). For every case: no secret is shown
//! or logged, a failure takes at most ten seconds, and the role of the machine is requested only where it is expected.

mod accounts;
mod blocks;
mod case;
mod chains;
mod clock;
mod containers;
mod endpoints;
mod evaluate;
mod files;
mod hostile;
mod hosts;
mod instance;
mod interrupt;
mod network;
mod nouns;
mod oracle;
mod precedence;
mod process;
mod profiles;
mod reports;
mod runner;
mod sso;
mod web_identity;

/// Runs the cases of each subject through the binary.
macro_rules! subjects {
    ($($name:ident)*) => {
        mod matrix {
            $(#[test]
            fn $name() {
                super::evaluate::check(super::$name::cases());
            })*
        }

        /// Returns all cases.
        fn all() -> Vec<case::Case> {
            [$($name::cases()),*].concat()
        }
    };
}

subjects! {
    precedence
    files
    profiles
    chains
    blocks
    web_identity
    sso
    process
    containers
    instance
    endpoints
    hosts
    network
    clock
    accounts
}

use case::Botocore;

#[test]
fn botocore_differs_only_in_listed_cases() {
    oracle::compare(all());
}

#[test]
fn the_matrix_is_large_with_unique_names_and_reasons() {
    let cases = all();
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len());
    assert!(cases.len() >= 200, "{}", cases.len());
    for case in cases {
        let reason = match case.botocore {
            Botocore::Same => continue,
            Botocore::Differs(_, reason) | Botocore::Apart(reason) => reason,
        };
        assert!(
            reason.contains(' '),
            "{}: {reason:?} is no reason",
            case.name
        );
    }
}
