//! Recursion: refused at load, and where a check should miss it, a denial within two seconds. Apart from the other hostile
//! rules, of which some keep a processor busy until the process ends.

mod support;

use support::{FINDS, decide_with, denies, evaluate, refused, rule};
use tollgate_core::decision::Verdict;
use tollgate_policy::Limits;

#[test]
fn recursion() {
    let body = format!("{FINDS} f(1000000) == 1\n\nf(x) := f(x - 1)");
    refused(&body, "depends on itself (`f` → `f`)");
    denies(&body, "");
    let mutual = format!("{FINDS} f(1000000) == 1\n\nf(x) := g(x)\n\ng(x) := f(x)");
    refused(&mutual, "depends on itself (`f` → `g` → `f`)");
    denies(&mutual, "");
    let sets = format!("{FINDS} count(warn) > 0\n\nwarn contains {{\"message\": \"y\"}} if count(deny) > 0");
    refused(&sets, "depends on itself");
    let evaluation = evaluate(vec![rule("hostile", "deny", &sets)], Limits::default());
    assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
}
