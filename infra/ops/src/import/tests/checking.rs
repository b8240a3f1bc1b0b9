use crate::import::check::{Row, Secret, check};

const BCRYPT: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
const HEADER: &str = "email,name,role,password,password_hash\n";

fn accepted(file: impl AsRef<[u8]>) -> Vec<Row> {
    check(file.as_ref()).unwrap()
}

/// The faults of a file as `line column: message`.
fn faults(file: impl AsRef<[u8]>) -> Vec<String> {
    let faults = check(file.as_ref()).unwrap_err();
    let text = |column| match column {
        Some(column) => format!(" {column}"),
        None => String::new(),
    };
    faults
        .iter()
        .map(|fault| {
            let column = text(fault.column);
            format!("{}{column}: {}", fault.line, fault.message)
        })
        .collect()
}

fn faults_of_row(row: &str) -> Vec<String> {
    faults(format!("{HEADER}{row}\n"))
}

#[test]
fn reads_passwords_and_hashes() {
    let rows = accepted(format!(
        "{HEADER}Desk@Harbour.test,Desk,standard,correct horse,\n\
         admin@harbour.test, Admin ,full_access,,{BCRYPT} \n"
    ));
    let read: Vec<_> = rows
        .iter()
        .map(|row| (row.line, row.email.as_str(), row.name.as_str()))
        .collect();
    let expected = [
        (2, "desk@harbour.test", "Desk"),
        (3, "admin@harbour.test", "Admin"),
    ];
    assert_eq!(read, expected);
    assert!(matches!(rows[0].secret, Secret::Password(_)));
    assert!(matches!(&rows[1].secret, Secret::Hash(hash) if hash.as_str() == BCRYPT));
}

#[test]
fn the_order_and_case_of_columns_does_not_matter() {
    let rows = accepted("Role, NAME ,Password,Email\nstandard,Desk,correct horse,d@h.test\n");
    assert_eq!(
        (rows[0].email.as_str(), rows[0].name.as_str()),
        ("d@h.test", "Desk")
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_fault() {
    let file = "\u{feff}email,name,role,password\r\n\
                desk@harbour.test,Desk,standard,correct horse\r\n\
                bad,Desk,standard,correct horse\r\n";
    assert_eq!(
        faults(file),
        ["3 email: must be an e-mail address like name@example.com"]
    );
    let good = file.replace("bad,", "nurse@harbour.test,");
    assert_eq!(accepted(good).len(), 2);
}

#[test]
fn lines_are_counted_over_quoted_line_breaks_and_empty_lines() {
    let file = "email,name,role,password\n\n\r\n\
                desk@harbour.test,\"De\nsk\",standard,correct horse\n\n\
                ,,,\n\
                bad,Desk,standard,correct horse";
    assert_eq!(
        faults(file),
        [
            "4 name: a name has no control characters",
            "8 email: must be an e-mail address like name@example.com",
        ]
    );
}

#[test]
fn a_missing_quote_is_named_as_the_cause() {
    let file = "email,name,role,password\n\
                desk@harbour.test,\"Desk,standard,correct horse\n\
                nurse@harbour.test,Nurse,standard,correct horse\n";
    let expected = "2: has 2 fields, the header has 4; one of them runs over several lines: is \
                    a quote missing?";
    assert_eq!(faults(file), [expected]);
    let file = "email,name,role,password\n\
                desk@harbour.test,Desk,standard,\"correct horse\n\
                nurse@harbour.test,Nurse,standard,correct horse\n";
    let expected = "2 password: has a line break or another control character: is a quote \
                    missing?";
    assert_eq!(faults(file), [expected]);
}

#[test]
fn quoted_commas_and_quotes_are_part_of_a_field() {
    let rows = accepted(format!(
        "{HEADER}d@h.test,\"Desk, \"\"front\"\"\",standard,\" correct, horse \",\n"
    ));
    assert_eq!(rows[0].name, "Desk, \"front\"");
}

#[test]
fn an_address_may_be_there_once_whatever_its_case() {
    let row = |email| format!("{email},Desk,standard,correct horse,\n");
    let rows = [
        "desk@harbour.test",
        "Desk@Harbour.TEST",
        " desk@harbour.test",
    ]
    .map(row);
    assert_eq!(
        faults(format!("{HEADER}{}", rows.concat())),
        [
            "3 email: is the same address as on line 2",
            "4 email: is the same address as on line 2",
        ]
    );
}

#[test]
fn each_bad_field_is_a_fault_of_its_column() {
    for (row, expected) in [
        (
            "desk@,Desk,standard,correct horse,",
            "2 email: must be an e-mail address like name@example.com",
        ),
        (
            ",Desk,standard,correct horse,",
            "2 email: must not be empty",
        ),
        (
            "d@h.test, ,standard,correct horse,",
            "2 name: a name has 1 to 100 characters",
        ),
        (
            "d@h.test,Desk,Owner,correct horse,",
            "2 role: must be full_access or standard",
        ),
        (
            "d@h.test,Desk,,correct horse,",
            "2 role: must be full_access or standard",
        ),
        (
            "d@h.test,Desk,standard,short,",
            "2 password: must have at least 8 characters",
        ),
        ("d@h.test,Desk,standard,,", "2 password: must not be empty"),
        (
            "d@h.test,Desk,standard,,5f4dcc3b5aa765d61d8327deb882cf99",
            "2 password_hash: is not a password hash in PHC or bcrypt form",
        ),
        (
            "d@h.test,Desk,standard,correct horse,$2b$10$x",
            "2 password_hash: must be empty where there is a password",
        ),
        (
            "d@h.test,Desk,standard,correct horse",
            "2: has 4 fields, the header has 5",
        ),
        (
            "d@h.test,Desk,standard,correct horse,,",
            "2: has 6 fields, the header has 5",
        ),
    ] {
        assert_eq!(faults_of_row(row), [expected], "{row}");
    }
}

#[test]
fn all_faults_are_found_in_one_go() {
    let found = faults(format!(
        "{HEADER}desk,,owner,short,\nnurse@harbour.test,Nurse\n"
    ));
    let places: Vec<_> = found
        .iter()
        .map(|fault| fault.split_once(": ").unwrap().0)
        .collect();
    assert_eq!(places, ["2 email", "2 name", "2 role", "2 password", "3"]);
}

#[test]
fn a_fault_repeats_no_password() {
    for row in [
        "d@h.test,Desk,standard,hunter2,",
        "d@h.test,Desk,hunter2hunter2,,x",
    ] {
        let found = faults_of_row(row).concat();
        assert!(!found.contains("hunter2"), "{found}");
    }
}

#[test]
fn the_header_must_name_the_columns() {
    for (header, expected) in [
        ("email,name,password", "1: column role is missing"),
        (
            "email,name,role",
            "1: column password or password_hash is missing",
        ),
        (
            "email,name,role,password,Email",
            "1: column email is there twice",
        ),
        (
            "email,name,role,password,phone",
            "1: there is no column \"phone\"",
        ),
        (
            "email;name;role;password",
            "1: the columns must be separated by commas",
        ),
    ] {
        assert_eq!(faults(format!("{header}\nx\n")), [expected], "{header}");
    }
    assert_eq!(
        faults("desk@harbour.test,Desk,standard,correct horse\n").len(),
        8
    );
}

#[test]
fn a_file_without_users_is_refused() {
    assert_eq!(faults(""), ["1: the file is empty"]);
    assert_eq!(faults("\n\n"), ["1: the file is empty"]);
    assert_eq!(faults(HEADER), ["1: there are no users below the header"]);
}

#[test]
fn a_file_in_another_encoding_is_refused_at_its_line() {
    let mut file = b"email,name,role,password\nz@h.test,Zo".to_vec();
    file.extend(b"\xeb,standard,correct horse\n");
    let message = "is no UTF-8 text: save the file as \"CSV UTF-8\"";
    assert_eq!(faults(file), [format!("2: {message}")]);
    assert_eq!(
        faults(b"\xff\xfee\0m\0a\0i\0l\0"),
        [format!("1: {message}")]
    );
}
