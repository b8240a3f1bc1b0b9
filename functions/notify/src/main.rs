//! The `notify` function on Lambda.

use lambda_http::lambda_runtime::{run, service_fn};
use twostep::runtime::{Needs, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let app = start(Needs::Table).await?;
    run(service_fn(move |event| notify::handle(app.clone(), event))).await
}
