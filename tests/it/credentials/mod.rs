//! Who is asking: the matrix of all ways in which credentials, endpoints and regions are found.
//!
//! Each case is data (`case`): files, variables, arguments, and what must come of it. It runs twice: through the real
//! binary (`judge`) and, where there is a counterpart, through botocore (`oracle`), against a server of its own that
//! plays every place identities come from (`harness::world`). For every case, whatever it is about: no secret is shown
//! or logged, a failure comes within ten seconds, and the role of the machine is not asked for unless that is decided.

mod case;
mod judge;
mod oracle;
mod runner;

/// A subject of the matrix: its cases through the binary, and through botocore.
macro_rules! subjects {
    ($($name:ident)*) => {
        $(mod $name;)*

        mod binary {
            $(#[test]
            fn $name() {
                super::judge::check(super::$name::cases());
            })*
        }

        mod botocore {
            $(#[test]
            fn $name() {
                super::oracle::compare(super::$name::cases());
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
}

#[test]
fn the_matrix_is_large_and_names_each_case_once() {
    let cases = all();
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len());
}
