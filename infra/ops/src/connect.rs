//! The way to the table: AWS with the operator's credentials, or an endpoint on this machine.

use std::time::{Duration, UNIX_EPOCH};

use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Providing;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::tls;

use aws_types::SdkConfig;
use http::Uri;
use twostep::aws::Aws;
use twostep::clock::Clock;
use twostep::config::Config;
use twostep::runtime::App;

use crate::cli::Connection;
use crate::errors::OpsError;

/// Table of the local stack.
const LOCAL_TABLE: &str = "twostep";
/// KMS key of the local stack.
const LOCAL_KMS_KEY: &str = "alias/twostep";
/// Region where none is given and none matters.
const LOCAL_REGION: &str = "us-east-1";
/// Credentials with less than this left are fetched anew.
const EXPIRY_MARGIN: Duration = Duration::from_secs(60);

/// Another endpoint than AWS's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    url: String,
    on_this_machine: bool,
}

/// Reads an endpoint: an `http` or `https` URL with a host.
///
/// # Errors
/// What it has to be.
pub(crate) fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    let uri = text.parse::<Uri>().ok();
    let usable = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.as_ref().filter(|uri| usable(uri)).and_then(Uri::host);
    let host = host.ok_or("must be a URL like http://127.0.0.1:3000/_aws/ops")?;
    Ok(Endpoint {
        url: text.to_owned(),
        on_this_machine: host == "localhost" || host == "[::1]" || host.starts_with("127."),
    })
}

/// Where everything goes, and with which credentials.
pub(crate) struct Target {
    sdk: SdkConfig,
    table: String,
    kms_key: Option<String>,
}

impl Target {
    /// Finds table, region and credentials. Fetches the credentials, but asks nothing of the
    /// table yet.
    ///
    /// # Errors
    /// [`OpsError::Usage`] if no table or region is named, [`OpsError::Failed`] without
    /// credentials.
    pub(crate) async fn connect(connection: &Connection) -> Result<Self, OpsError> {
        let endpoint = connection.endpoint_url.as_ref();
        let local = endpoint.is_some_and(|endpoint| endpoint.on_this_machine);
        let named = connection.table.clone().filter(|name| !name.is_empty());
        let table = named
            .or_else(|| local.then(|| LOCAL_TABLE.to_owned()))
            .ok_or_else(|| OpsError::usage("no table is named: use --table or TABLE_NAME"))?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client());
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(&endpoint.url);
        }
        let sdk = if local && !credentials_are_chosen(connection) {
            without_account(loader, connection).load().await
        } else {
            with_account(loader, connection).await?
        };
        Ok(Self {
            sdk,
            table,
            kms_key: local.then(|| LOCAL_KMS_KEY.to_owned()),
        })
    }

    /// Name of the table.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The KMS key: the one named, or the local stack's.
    ///
    /// # Errors
    /// [`OpsError::Usage`] if there is none.
    pub(crate) fn set_kms_key(&mut self, named: Option<String>) -> Result<(), OpsError> {
        if let Some(key) = named.filter(|key| !key.is_empty()) {
            self.kms_key = Some(key);
        }
        match self.kms_key {
            Some(_) => Ok(()),
            None => Err(OpsError::usage(
                "no KMS key is named: use --kms-key or KMS_KEY_ID",
            )),
        }
    }

    /// A client for what no function ever does to the table.
    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk)
    }

    /// The application that the operator's use cases run on. It leaves sending to the outbox,
    /// so whatever only concerns sending stays empty.
    pub(crate) fn app(&self) -> App {
        let config = Config {
            allowed_origins: Vec::new(),
            email_from: String::new(),
            kms_key_id: self.kms_key.clone().unwrap_or_default(),
            product_name: String::new(),
            ses_configuration_set: None,
            sms_countries: Vec::new(),
            sms_daily_limit: 0,
            sms_max_price_usd: String::new(),
            sms_sender: None,
            table_name: self.table.clone(),
        };
        App::new(config, Clock::system(), &Aws::from_sdk(self.sdk.clone()))
    }
}

/// The same TLS as the functions have.
fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .build_https()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether somebody has said which credentials to use. The default profile of the
/// configuration files was not chosen for an endpoint on this machine.
fn credentials_are_chosen(connection: &Connection) -> bool {
    connection.profile.is_some()
        || ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]
            .into_iter()
            .any(|name| variable(name).is_some())
}

fn without_account(loader: ConfigLoader, connection: &Connection) -> ConfigLoader {
    let region = (connection.region.clone())
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .unwrap_or_else(|| LOCAL_REGION.to_owned());
    loader
        .region(Region::new(region))
        .credentials_provider(Credentials::new("local", "local", None, None, "Local"))
}

async fn with_account(
    mut loader: ConfigLoader,
    connection: &Connection,
) -> Result<SdkConfig, OpsError> {
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    let sdk = loader.load().await;
    if sdk.region().is_none() {
        return Err(OpsError::usage(
            "no AWS region is named: use --region, AWS_REGION or a profile that has one",
        ));
    }
    let chain = sdk
        .credentials_provider()
        .ok_or_else(|| OpsError::failed("the AWS configuration gives no credentials"))?;
    let first = chain.provide_credentials().await.map_err(no_credentials)?;
    let fetched = Fetched {
        first,
        chain,
        clock: Clock::system(),
    };
    Ok(sdk
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(fetched))
        .build())
}

fn no_credentials(error: impl std::error::Error) -> OpsError {
    let cause = aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string();
    // Below the first line is what each place said that may have them.
    let cause = cause.lines().next().unwrap_or_default();
    let cause = cause.split(" (").next().unwrap_or_default();
    let cause = cause.trim_end_matches(". Attempted:");
    OpsError::failed(format!(
        "no AWS credentials ({cause}): sign in (`aws sso login`), or name a --profile"
    ))
}

/// Credentials fetched beforehand. The functions' clients give each try a second, in which a
/// sign-in service or a helper program is rarely done.
#[derive(Debug)]
struct Fetched {
    first: Credentials,
    chain: SharedCredentialsProvider,
    clock: Clock,
}

impl ProvideCredentials for Fetched {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        let now = u64::try_from(self.clock.now().0).unwrap_or_default();
        let soon = UNIX_EPOCH + Duration::from_secs(now) + EXPIRY_MARGIN;
        if self.first.expiry().is_none_or(|expiry| soon < expiry) {
            Providing::ready(Ok(self.first.clone()))
        } else {
            self.chain.provide_credentials()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_urls() {
        for (url, on_this_machine) in [
            ("http://127.0.0.1:3000/_aws/ops", true),
            ("http://localhost:3000", true),
            ("http://[::1]:3000/_aws/ops", true),
            ("https://dynamodb.ap-southeast-2.amazonaws.com", false),
            ("http://localhost.example.com", false),
        ] {
            let endpoint = parse_endpoint(url).unwrap();
            assert_eq!(endpoint.on_this_machine, on_this_machine, "{url}");
        }
        for text in [
            "",
            "127.0.0.1:3000",
            "ftp://127.0.0.1",
            "/_aws/ops",
            "http://",
        ] {
            assert!(parse_endpoint(text).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn fetched_credentials_are_used_until_they_expire() {
        let clock = Clock::system();
        let now = u64::try_from(clock.now().0).unwrap();
        let expiry = UNIX_EPOCH + Duration::from_secs(now + 3600);
        let key = |id| Credentials::new(id, "secret", None, Some(expiry), "Test");
        let fetched = Fetched {
            first: key("first"),
            chain: SharedCredentialsProvider::new(key("next")),
            clock: clock.clone(),
        };
        let provided = fetched.provide_credentials().await.unwrap();
        assert_eq!(provided.access_key_id(), "first");
        clock.advance(3600);
        let provided = fetched.provide_credentials().await.unwrap();
        assert_eq!(provided.access_key_id(), "next");
    }
}
