//! Who is asking: the matrix of all ways in which credentials, endpoints and regions are found.
//!
//! Each case is data (`case`): files, variables, arguments, and what must come of it. It runs twice: through the real
//! binary (`judge`) and, where there is a counterpart, through botocore (`oracle`), against a server of its own that
//! plays every place identities come from (`harness::world`). For every case, whatever it is about: no secret is shown
//! or logged, a failure comes within ten seconds, and the role of the machine is not asked for unless that is decided.

mod accounts;
mod blocks;
mod case;
mod chains;
mod clock;
mod containers;
mod endpoints;
mod files;
mod hosts;
mod instance;
mod interrupt;
mod judge;
mod network;
mod oracle;
mod precedence;
mod process;
mod profiles;
mod reports;
mod runner;
mod sso;
mod web_identity;

/// The subjects of the matrix: the cases of each through the binary.
macro_rules! subjects {
    ($($name:ident)*) => {
        mod matrix {
            $(#[test]
            fn $name() {
                super::judge::check(super::$name::cases());
            })*
        }

        /// All of the matrix.
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
fn botocore_differs_only_where_that_is_listed() {
    oracle::compare(all());
}

#[test]
fn the_matrix_is_large_names_each_case_once_and_gives_reasons() {
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
