//! The functions of a stack, each as Lambda sees it: an event in, an answer out, both JSON.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent};
use tokio::task::JoinHandle;
use tower::Service as _;
use twostep::aws::Aws;
use twostep::http::event;
use twostep::runtime::{App, KeysUnavailable};

use crate::environment::Environment;

/// Why an invocation gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// No function has that name.
    #[error("there is no function {0}")]
    Unknown(String),
    /// It panicked.
    #[error("the function panicked")]
    Panicked,
    /// It returned an error, could not read its event or could not write its answer.
    #[error("{0}")]
    Failed(String),
}

type Invocation = Pin<Box<dyn Future<Output = Result<String, InvokeError>> + Send>>;
type Function = Arc<dyn Fn(String, Context) -> Invocation + Send + Sync>;

/// The functions of a stack by name.
#[derive(Clone, Default)]
pub struct Functions {
    by_name: HashMap<&'static str, Function>,
    /// The applications of functions that need the keyring.
    keyrings: Vec<App>,
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

impl Functions {
    /// No functions.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds `router` as function `name`, behind the adapter it runs behind in Lambda.
    #[must_use]
    pub fn http(self, name: &'static str, router: Router) -> Self {
        self.add(name, move |event, context| {
            // The adapter itself can't be sent between threads, but the call it makes can. It
            // need not be polled first: a router is always ready.
            let mut adapter = Adapter::from(router.clone());
            let payload = serde_json::from_str::<LambdaRequest>(&event);
            let payload = payload.map(event::fit).map_err(failed);
            let call = payload.map(|payload| adapter.call(LambdaEvent { payload, context }));
            async move {
                let answer = call?.await.map_err(failed)?;
                serde_json::to_string(&answer).map_err(failed)
            }
        })
    }

    /// Adds `handler`, which takes and gives plain JSON, as function `name`.
    #[must_use]
    pub fn json<H, F, E>(self, name: &'static str, handler: H) -> Self
    where
        H: Fn(serde_json::Value) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<serde_json::Value, E>> + Send + 'static,
        E: fmt::Display,
    {
        self.add(name, move |event, _| {
            let handler = handler.clone();
            async move {
                let event = serde_json::from_str(&event).map_err(failed)?;
                Ok(handler(event).await.map_err(failed)?.to_string())
            }
        })
    }

    /// Adds a function that unwraps the keyring when it is warmed up.
    fn with_keyring(mut self, name: &'static str, app: App, router: fn(App) -> Router) -> Self {
        self.keyrings.push(app.clone());
        self.http(name, router(app))
    }

    /// Does what functions do while Lambda starts them: those that need it unwrap the keyring.
    ///
    /// # Errors
    /// If a keyring can't be loaded.
    pub(crate) async fn warm(&self) -> Result<(), KeysUnavailable> {
        for app in &self.keyrings {
            app.load_keyring().await?;
        }
        Ok(())
    }

    fn add<C, F>(mut self, name: &'static str, call: C) -> Self
    where
        C: Fn(String, Context) -> F + Send + Sync + 'static,
        F: Future<Output = Result<String, InvokeError>> + Send + 'static,
    {
        let function: Function = Arc::new(move |event, context| Box::pin(call(event, context)));
        self.by_name.insert(name, function);
        self
    }

    /// Whether there is a function `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Starts function `name` with `event`. Like Lambda it runs to its end even if nobody waits
    /// for the answer any more, and a panic is only its own.
    pub(crate) fn spawn(
        &self,
        name: &str,
        event: String,
        context: Context,
    ) -> JoinHandle<Result<String, InvokeError>> {
        let name = name.to_owned();
        let function = self.by_name.get(name.as_str()).map(Arc::clone);
        // Called inside the task: the call itself may panic, not only its future.
        tokio::spawn(async move {
            match function {
                Some(function) => function(event, context).await,
                None => Err(InvokeError::Unknown(name)),
            }
        })
    }
}

fn failed(error: impl fmt::Display) -> InvokeError {
    InvokeError::Failed(error.to_string())
}

/// The functions of the product, as cold-started in `environment`.
#[must_use]
pub fn build(environment: &Environment) -> Functions {
    let app = |function| {
        let aws = Aws::local(&environment.aws_url(function));
        App::new(environment.config.clone(), environment.clock.clone(), &aws)
    };
    let notifier = app("notify");
    Functions::none()
        .http("login", login::router(app("login")))
        .http("remove", remove::router(app("remove")))
        .http("whitelist", whitelist::router(app("whitelist")))
        .http("practice", practice::router(app("practice")))
        .with_keyring("challenge", app("challenge"), challenge::router)
        .with_keyring("enroll", app("enroll"), enroll::router)
        .with_keyring("validate", app("validate"), validate::router)
        .json("notify", move |event: serde_json::Value| {
            let app = notifier.clone();
            async move {
                let payload = serde_json::from_value(event).map_err(|error| error.to_string())?;
                let event = LambdaEvent {
                    payload,
                    context: Context::default(),
                };
                let response = notify::handle(app, event)
                    .await
                    .map_err(|e| e.to_string())?;
                serde_json::to_value(response).map_err(|error| error.to_string())
            }
        })
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use serde_json::{Value, json};

    use super::*;

    async fn invoke(
        functions: &Functions,
        name: &str,
        event: Value,
    ) -> Result<String, InvokeError> {
        let task = functions.spawn(name, event.to_string(), Context::default());
        task.await.unwrap_or(Err(InvokeError::Panicked))
    }

    #[tokio::test]
    async fn json_goes_in_and_out() {
        let functions =
            Functions::none().json("echo", async |event: Value| Ok::<_, String>(json!([event])));
        let answer = invoke(&functions, "echo", json!({"a": 1})).await.unwrap();
        assert_eq!(answer, r#"[{"a":1}]"#);
    }

    #[tokio::test]
    async fn failing_panicking_and_unknown_functions_are_told_apart() {
        let functions = Functions::none()
            .json("fails", async |_| Err::<Value, _>("no"))
            .json("panics", async |_| -> Result<Value, String> {
                panic!("on purpose")
            })
            .http("http", Router::new().route("/", get(|| async { "hello" })));
        let failure = async |name| invoke(&functions, name, json!({})).await.unwrap_err();
        assert!(matches!(failure("fails").await, InvokeError::Failed(text) if text == "no"));
        assert!(matches!(failure("panics").await, InvokeError::Panicked));
        assert!(matches!(failure("none").await, InvokeError::Unknown(_)));
        assert!(
            matches!(failure("http").await, InvokeError::Failed(_)),
            "not a gateway event"
        );
    }
}
