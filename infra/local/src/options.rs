//! What a stack is started with.

use std::path::PathBuf;
use std::time::Duration;

/// How to start a [`Stack`](crate::Stack). The default is what tests want: a free port, data in
/// memory, demo users, and the front end as built into the binary.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// Directory that keeps the tables and the master key; in memory if there is none.
    /// It is made if missing.
    pub data: Option<PathBuf>,
    /// Leave the demo practices and users out.
    pub empty: bool,
    /// Serve the front end from this directory instead of the files built in.
    pub web: Option<PathBuf>,
    /// Origins of front ends served elsewhere, such as `http://127.0.0.1:5173`, that are allowed
    /// besides the stack's own.
    pub allow_origins: Vec<String>,
    /// Serve only the AWS endpoints and `/_local`: the functions run elsewhere.
    pub aws_only: bool,
    /// How long a DynamoDB transaction is under way. While it is, others that write one of its
    /// items are cancelled, as in AWS. Zero: none conflict, they wait for each other.
    pub transactions_last: Duration,
}
