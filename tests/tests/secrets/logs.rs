//! What is logged while the journeys are taken, at every level.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Where the SDK logs the answers it gets.
const SDK: &str = "aws_smithy_runtime::client::orchestrator::http";

/// Lines of a log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("lines").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn read(&self) -> String {
        let bytes = self.0.lock().expect("lines").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

/// The logs of this process.
pub(crate) struct Logs {
    product: Lines,
    sdk: Lines,
}

impl Logs {
    /// Begins to listen: to what the product logs if an operator asks for all there is, and to
    /// what the SDK would log if the product let it. Once per process.
    pub(crate) fn listen() -> Self {
        let (product, sdk) = (Lines::default(), Lines::default());
        let filtered = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .without_time()
            .with_writer(product.clone())
            .with_filter(twostep::logging::filter(Some("trace")));
        let is_sdk =
            tracing_subscriber::filter::Targets::new().with_target(SDK, LevelFilter::TRACE);
        let unfiltered = tracing_subscriber::fmt::layer()
            .without_time()
            .with_writer(sdk.clone())
            .with_filter(is_sdk);
        Registry::default().with(filtered).with(unfiltered).init();
        Self { product, sdk }
    }

    /// What the product has logged so far.
    pub(crate) fn of_the_product(&self) -> String {
        self.product.read()
    }

    /// What the AWS SDK would have logged so far.
    pub(crate) fn of_the_sdk(&self) -> String {
        self.sdk.read()
    }
}
