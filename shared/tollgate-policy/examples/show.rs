fn main() {
    let file = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(format!("policies/{file}")).unwrap();
    print!("{}", tollgate_policy::tools::rewritten(&file, &text));
}
