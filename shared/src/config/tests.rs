use std::collections::HashMap;

use super::*;

const REQUIRED: [(&str, &str); 5] = [
    ("ALLOWED_ORIGINS", "https://app.example.com"),
    ("EMAIL_FROM", "no-reply@example.com"),
    ("KMS_KEY_ID", "alias/twostep"),
    ("PRODUCT_NAME", "twostep"),
    ("TABLE_NAME", "twostep"),
];

/// The configuration with the required variables and these besides or instead.
fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: HashMap<&str, &str> = REQUIRED
        .into_iter()
        .chain(changes.iter().copied())
        .collect();
    Config::from_variables(|name| variables.get(name).map(|value| (*value).to_owned()))
}

#[test]
fn the_required_variables_are_enough() {
    assert_eq!(
        read(&[]),
        Ok(Config {
            allowed_origins: vec!["https://app.example.com".to_owned()],
            email_from: "no-reply@example.com".to_owned(),
            kms_key_id: "alias/twostep".to_owned(),
            product_name: "twostep".to_owned(),
            ses_configuration_set: None,
            sms_countries: ["AU", "NZ", "GB", "IE"].map(str::to_owned).to_vec(),
            sms_daily_limit: 5_000,
            sms_max_price_usd: "0.20".to_owned(),
            sms_sender: None,
            table_name: "twostep".to_owned(),
        })
    );
}

#[test]
fn exactly_the_listed_variables_are_read() {
    let asked = std::cell::RefCell::new(Vec::new());
    let result = Config::from_variables(|name| {
        asked.borrow_mut().push(name.to_owned());
        None
    });
    assert!(result.is_err());
    assert_eq!(asked.into_inner(), VARIABLES);
}

#[test]
fn everything_missing_is_reported_at_once() {
    let error = Config::from_variables(|_| None).unwrap_err();
    let missing: Vec<&str> = error.faults.iter().map(|fault| fault.variable).collect();
    assert_eq!(missing, REQUIRED.map(|(name, _)| name));
    assert!(
        error
            .faults
            .iter()
            .all(|fault| fault.problem == "is not set")
    );
}

#[test]
fn the_message_names_variable_problem_and_expectation() {
    let error = read(&[("SMS_DAILY_LIMIT", "many"), ("TABLE_NAME", "t")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration cannot be used:\n\
         - SMS_DAILY_LIMIT is \"many\", which is no such number; expected a whole number from 0 \
         (no text messages at all) to 4294967295\n\
         - TABLE_NAME is no valid table name; expected 3 to 255 letters, digits, dots, hyphens \
         and underscores"
    );
}

#[test]
fn usable_values() {
    for (variable, value) in [
        (
            "ALLOWED_ORIGINS",
            "http://localhost:3000,http://127.0.0.1:3000",
        ),
        ("ALLOWED_ORIGINS", "http://localhost"),
        (
            "ALLOWED_ORIGINS",
            "https://a.example.com , https://b.example.com:8443",
        ),
        ("ALLOWED_ORIGINS", "https://xn--bcher-kva.example"),
        ("EMAIL_FROM", "Harbour Clinic <no-reply@harbour.test>"),
        ("EMAIL_FROM", "<no-reply@harbour.test>"),
        (
            "KMS_KEY_ID",
            "arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd-12ab-34cd",
        ),
        ("PRODUCT_NAME", "Größe & Mehr 12345!?"),
        ("SES_CONFIGURATION_SET", "twostep-events"),
        ("SMS_COUNTRIES", "AU, NZ"),
        ("SMS_DAILY_LIMIT", "0"),
        ("SMS_MAX_PRICE_USD", "1"),
        ("SMS_MAX_PRICE_USD", "0.00645"),
        ("SMS_SENDER", "TWOSTEP"),
        ("SMS_SENDER", "2step"),
        ("SMS_SENDER", "+61491570006"),
        ("TABLE_NAME", "two.step_prod-1"),
        // As good as not set.
        ("SES_CONFIGURATION_SET", ""),
        ("SMS_SENDER", "  "),
        ("SMS_COUNTRIES", ""),
    ] {
        assert!(read(&[(variable, value)]).is_ok(), "{variable}={value}");
    }
}

#[test]
fn unusable_values() {
    let long_host = format!("https://{}.example.com", "a".repeat(49));
    let long_key = "k".repeat(2_049);
    for (variable, value) in [
        ("ALLOWED_ORIGINS", ""),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "null"),
        ("ALLOWED_ORIGINS", "app.example.com"),
        ("ALLOWED_ORIGINS", "http://app.example.com"),
        ("ALLOWED_ORIGINS", "http://localhost.example.com"),
        ("ALLOWED_ORIGINS", "ftp://app.example.com"),
        ("ALLOWED_ORIGINS", "https://app.example.com/"),
        ("ALLOWED_ORIGINS", "https://app.example.com/app"),
        ("ALLOWED_ORIGINS", "https://app.example.com?x"),
        ("ALLOWED_ORIGINS", "https://user@app.example.com"),
        ("ALLOWED_ORIGINS", "https://App.Example.com"),
        ("ALLOWED_ORIGINS", "https://*.example.com"),
        ("ALLOWED_ORIGINS", "https://"),
        ("ALLOWED_ORIGINS", "https://app..example.com"),
        ("ALLOWED_ORIGINS", "https://-app.example.com"),
        ("ALLOWED_ORIGINS", "https://app.example.com:443"),
        ("ALLOWED_ORIGINS", "http://localhost:80"),
        ("ALLOWED_ORIGINS", "https://app.example.com:"),
        ("ALLOWED_ORIGINS", "https://app.example.com:0"),
        ("ALLOWED_ORIGINS", "https://app.example.com:65536"),
        ("ALLOWED_ORIGINS", "https://app.example.com:+8443"),
        (
            "ALLOWED_ORIGINS",
            "https://a.example.com,,https://b.example.com",
        ),
        ("ALLOWED_ORIGINS", long_host.as_str()),
        ("EMAIL_FROM", "no-reply"),
        ("EMAIL_FROM", "Clinic <no-reply@example.com"),
        ("EMAIL_FROM", "Clinic <a@b.test> <c@d.test>"),
        ("EMAIL_FROM", "Clinic, Inc <no-reply@example.com>"),
        (
            "EMAIL_FROM",
            "Clinic\r\nBcc: x@y.test <no-reply@example.com>",
        ),
        ("EMAIL_FROM", "Kl\u{ed}nika <no-reply@example.com>"),
        ("KMS_KEY_ID", "alias/two step"),
        ("KMS_KEY_ID", long_key.as_str()),
        ("PRODUCT_NAME", "123456789012345678901"),
        ("PRODUCT_NAME", "two\u{2011}step"),
        ("PRODUCT_NAME", "two\nstep"),
        ("PRODUCT_NAME", "[twostep]"),
        ("SES_CONFIGURATION_SET", "twostep events"),
        ("SMS_COUNTRIES", "au"),
        ("SMS_COUNTRIES", "AU;NZ"),
        ("SMS_COUNTRIES", "AU,"),
        ("SMS_COUNTRIES", "AUS"),
        ("SMS_DAILY_LIMIT", "-1"),
        ("SMS_DAILY_LIMIT", "4294967296"),
        ("SMS_DAILY_LIMIT", "1e3"),
        ("SMS_MAX_PRICE_USD", "0"),
        ("SMS_MAX_PRICE_USD", "0.00"),
        ("SMS_MAX_PRICE_USD", "-1"),
        ("SMS_MAX_PRICE_USD", "$1"),
        ("SMS_MAX_PRICE_USD", "0,20"),
        ("SMS_MAX_PRICE_USD", ".20"),
        ("SMS_MAX_PRICE_USD", "1."),
        ("SMS_MAX_PRICE_USD", "100"),
        ("SMS_MAX_PRICE_USD", "0.000001"),
        ("SMS_SENDER", "TWELVELETTER"),
        ("SMS_SENDER", "12345"),
        ("SMS_SENDER", "two step"),
        ("SMS_SENDER", "+999"),
        ("TABLE_NAME", "ab"),
        ("TABLE_NAME", "two/step"),
    ] {
        let error = read(&[(variable, value)]).map(|_| ()).unwrap_err();
        let faulty: Vec<&str> = error.faults.iter().map(|fault| fault.variable).collect();
        assert_eq!(faulty, [variable], "{value}");
    }
}

#[test]
fn sms_codes_are_bound_to_the_first_host() {
    for (origins, host) in [
        (
            "https://app.example.com,https://b.example.com",
            "app.example.com",
        ),
        ("http://127.0.0.1:3000", "127.0.0.1"),
        ("http://localhost:3000", "localhost"),
    ] {
        assert_eq!(
            read(&[("ALLOWED_ORIGINS", origins)]).unwrap().sms_host(),
            host
        );
    }
}
