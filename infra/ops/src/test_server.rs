//! For tests: a DynamoDB of their own, embedded and on loopback.

use dynoxide::Database;
use twostep::runtime::App;

use crate::cli::Connection;
use crate::connect::{Target, parse_endpoint};

/// A running database.
pub(crate) struct TestServer {
    url: String,
}

impl TestServer {
    /// Starts an empty database.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let database = Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        Self { url }
    }

    /// How to reach it.
    pub(crate) fn connection(&self, table: &str) -> Connection {
        Connection {
            table: Some(table.to_owned()),
            endpoint_url: Some(parse_endpoint(&self.url).unwrap()),
            profile: None,
            region: None,
        }
    }

    /// The way to a table of it.
    pub(crate) async fn target(&self, table: &str) -> Target {
        Target::connect(&self.connection(table)).await.unwrap()
    }

    /// An application with a table.
    pub(crate) async fn app(&self) -> App {
        let app = self.target("twostep").await.app();
        app.store.create_table().await.unwrap();
        app
    }
}
