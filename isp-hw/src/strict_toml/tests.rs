use super::*;

fn message<T: std::fmt::Debug>(
    text: &str,
    read: impl Fn(Table<'_>) -> Result<T, StrictError>,
) -> String {
    let document = match Document::parse(text, "x.toml") {
        Ok(document) => document,
        Err(error) => return error.to_string(),
    };
    read(document.root()).unwrap_err().to_string()
}

#[test]
fn unknown_key_is_named_with_its_place_and_the_nearest_known_one() {
    let only = |table: Table<'_>| table.only(&["kind", "program"]);
    assert_eq!(
        message("# é\nkind = 1\n  progam = 2\n", only),
        "x.toml:3:3: unknown key \"progam\", did you mean \"program\"?"
    );
    assert_eq!(message("zzz = 2", only), "x.toml:1:1: unknown key \"zzz\"; known: kind, program");
    // The first in the text, not in the alphabet.
    assert!(message("zz = 1\naa = 2", only).starts_with("x.toml:1:1: unknown key \"zz\""));
}

#[test]
fn column_counts_characters_not_bytes() {
    let wrong = |table: Table<'_>| {
        table.required("a")?.items()?.iter().try_for_each(|item| item.string().map(|_| ()))
    };
    assert_eq!(
        message("a = [\"äöü\", 1]", wrong),
        "x.toml:1:13: \"a\" must be a string, not an integer"
    );
}

#[test]
fn wrong_types_say_what_was_found() {
    for (text, expected) in [
        ("a = 1", "x.toml:1:5: \"a\" must be a string, not an integer"),
        ("a = 1.5", "x.toml:1:5: \"a\" must be a string, not a number with a decimal point"),
        ("a = [1]", "x.toml:1:5: \"a\" must be a string, not an array"),
        ("a.b = 1", "x.toml:1:1: \"a\" must be a string, not a table"),
        ("", "x.toml:1:1: missing key \"a\""),
        ("a = \"\"", "x.toml:1:5: \"a\" must not be empty"),
        ("a = \"x\\u0000\"", "x.toml:1:5: \"a\" must not contain NUL"),
    ] {
        assert_eq!(message(text, |table| table.required("a")?.text().map(str::to_owned)), expected);
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    let number = |table: Table<'_>| table.required("a")?.number();
    for text in ["a = nan", "a = inf", "a = -inf", "a = 1e999", "a = 99999999999999999999"] {
        assert_eq!(message(text, number), "x.toml:1:5: \"a\" must be a finite number", "{text}");
    }
    let document = Document::parse("a = 0x10\nb = 1_0.5", "x").unwrap();
    assert_eq!(document.root().required("a").unwrap().number(), Ok(16.0));
    assert_eq!(document.root().required("b").unwrap().number(), Ok(10.5));
    let integer = |table: Table<'_>| table.required("a")?.integer(1..=10);
    assert_eq!(message("a = 11", integer), "x.toml:1:5: \"a\" = 11 is outside 1 to 10");
}

#[test]
fn duplicates_and_broken_toml_have_a_place() {
    let nothing = |_: Table<'_>| Ok(());
    let duplicate = message("a = 1\na = 2", nothing);
    assert!(
        duplicate.starts_with("x.toml:2:1: ") && duplicate.contains("duplicate"),
        "{duplicate}"
    );
    let broken = message("a = 1\nb = [1,", nothing);
    assert!(broken.starts_with("x.toml:2:"), "{broken}");
}

#[test]
fn nearest_wants_a_slip_not_another_word() {
    assert_eq!(nearest("expsoure", &["exposure", "texture"]), Some("exposure"));
    assert_eq!(nearest("gamma", &["exposure", "texture"]), None);
    assert_eq!(nearest("ok", &["of"]), Some("of"));
    assert_eq!(nearest(&"x".repeat(10_000), &["of"]), None);
}
