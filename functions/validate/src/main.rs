//! The `validate` function on Lambda.

use twostep::runtime::{Needs, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve(Needs::Keyring, validate::router).await
}
