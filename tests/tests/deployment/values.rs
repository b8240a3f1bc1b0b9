//! Values of parameters that must be taken, and values that must be refused.

/// A parameter with values that must be taken and values that must be refused.
pub(crate) type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const LONG_HOST: &str =
    "https://a23456789.b23456789.c23456789.d23456789.e23456789.f23456789.example.com";
const LONG_ADDRESS: &str = concat!(
    "a@a2345678901234567890123456789012345678901234567890.",
    "b2345678901234567890123456789012345678901234567890.",
    "c2345678901234567890123456789012345678901234567890.",
    "d2345678901234567890123456789012345678901234567890.",
    "e2345678901234567890123456789012345678901234567890.example.com"
);

/// Every parameter.
pub(crate) const VALUES: [Row; 26] = [
    (
        "ProductName",
        &[
            "twostep",
            "2",
            "Example Health",
            "A & B's (dental)",
            "12345678901234567890",
        ],
        &[
            "",
            " twostep",
            "twostep ",
            "123456789012345678901",
            "two\u{2011}step",
            "[two]",
            "a\nb",
        ],
    ),
    (
        "AllowedOrigins",
        &[
            "https://app.example.com",
            "https://app.example.com:8443",
            "https://a.example.com,https://b-2.example.com",
            "http://localhost:3000,http://127.0.0.1",
            "https://localhost",
        ],
        &[
            "",
            "*",
            "null",
            "app.example.com",
            "http://app.example.com",
            "http://localhost.example.com",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://App.example.com",
            "https://user@app.example.com",
            "https://app..example.com",
            "https://-app.example.com",
            "https://app.example.com:443",
            "http://localhost:80",
            "https://app.example.com:",
            "https://app.example.com:0",
            "https://app.example.com:123456",
            "https://a.example.com, https://b.example.com",
            "https://a.example.com,",
            "https://a.example.com,*",
            "https://a.example.com,,https://b.example.com",
            LONG_HOST,
        ],
    ),
    (
        "EmailFromAddress",
        &[
            "no-reply@example.com",
            "a.b+c@mail.example.co.nz",
            "x@xn--bcher-kva.example",
        ],
        &[
            "",
            "example.com",
            "Clinic <no-reply@example.com>",
            "no-reply@example",
            "no reply@example.com",
            "a@b@example.com",
            ".a@example.com",
            "a..b@example.com",
            "a@-example.com",
            "a@example..com",
            "a@example.com\nBcc: b@example.com",
            LONG_ADDRESS,
        ],
    ),
    (
        "EmailFromName",
        &["", "Example Health", "St. Mary's & Co - Desk"],
        &[
            "Clinic, Inc",
            "Clinic <x>",
            "Kl\u{ed}nika",
            "a\nb",
            "\"Clinic\"",
        ],
    ),
    ("EmailSandbox", &["true", "false"], &["", "yes", "True"]),
    (
        "SmsCountries",
        &["AU", "AU,NZ,GB,IE"],
        &["", "au", "AU;NZ", "AU, NZ", "AU,", "AUS", "*"],
    ),
    (
        "SmsDailyLimit",
        &["1", "5000", "1000000"],
        &["", "0", "-1", "1.5", "1e3", "1000001", "many"],
    ),
    (
        "SmsMaxPriceUsd",
        &["0.20", "1.0", "99.99999", "0.00001"],
        &[
            "", "0.20 USD", "$0.20", ".20", "1", "1.", "0.0", "00.00000", "100.0", "0,20", "-1.0",
            "0.000001",
        ],
    ),
    (
        "SmsSender",
        &["", "TWOSTEP", "2step", "+61491570006"],
        &[
            "12345",
            "TWELVELETTER",
            "two step",
            "two-step",
            "61491570006",
            "+0491570006",
            "+61 491",
        ],
    ),
    (
        "DomainName",
        &["", "auth.example.com"],
        &[
            "example",
            "https://auth.example.com",
            "Auth.example.com",
            "auth.example.com/",
            "-a.example.com",
            "*.example.com",
        ],
    ),
    (
        "CertificateArn",
        &[
            "",
            "arn:aws:acm:ap-southeast-2:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        ],
        &[
            "12345678",
            "arn:aws:iam::123456789012:server-certificate/x",
            "arn:aws:acm:ap-southeast-2:12345:certificate/x",
        ],
    ),
    (
        "HostedZoneId",
        &["", "Z0123456789ABC"],
        &["/hostedzone/Z0123456789ABC", "example.com", "z0123"],
    ),
    ("Architecture", &["arm64", "x86_64"], &["", "x86", "amd64"]),
    (
        "Rollout",
        &[
            "AllAtOnce",
            "Canary10Percent5Minutes",
            "Canary10Percent15Minutes",
            "Linear10PercentEvery1Minute",
            "Linear10PercentEvery3Minutes",
        ],
        &["", "Canary", "Canary10Percent10Hours"],
    ),
    (
        "ReservedConcurrency",
        &["0", "1", "1000"],
        &["", "-1", "1001", "none"],
    ),
    (
        "ThrottleRate",
        &["1", "50", "10000"],
        &["", "0", "-5", "10001", "fast"],
    ),
    ("ThrottleBurst", &["1", "100", "5000"], &["", "0", "5001"]),
    (
        "AlarmEmail",
        &["", "ops@example.com"],
        &["ops", "ops@example", "ops @example.com", "a@b@c.d"],
    ),
    (
        "SignInFailuresThreshold",
        &["1", "1000000"],
        &["", "0", "1000001"],
    ),
    (
        "SmsHourlyThreshold",
        &["1", "1000000"],
        &["", "0", "1000001"],
    ),
    (
        "SmsSpendThresholdUsd",
        &["1", "99.5", "1000000"],
        &["", "0", "$5", "1000001"],
    ),
    (
        "LogRetentionDays",
        &["1", "90", "731"],
        &["", "0", "2", "for ever"],
    ),
    (
        "ExistingTable",
        &["", "twostep-restored", "a.b_c"],
        &["ab", "two/step", "arn:aws:dynamodb:x"],
    ),
    (
        "ExistingTableStreamArn",
        &[
            "",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/twostep/stream/2026-01-12T04:05:00.000",
        ],
        &[
            "twostep",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/twostep",
        ],
    ),
    (
        "ExistingKeyArn",
        &[
            "",
            "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
            "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ],
        &[
            "alias/twostep",
            "mrk-1234",
            "arn:aws:kms:eu-west-1:123456789012:alias/twostep",
        ],
    ),
    ("DeliverNotices", &["true", "false"], &["", "no", "False"]),
];
