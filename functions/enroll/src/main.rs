//! The `enroll` function on Lambda.

use twostep::runtime::{Needs, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve(Needs::Keyring, enroll::router).await
}
