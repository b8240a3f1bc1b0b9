//! Encrypted connections between functions and AWS, as they have them when deployed.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rcgen::CertifiedKey;
use tempfile::NamedTempFile;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The name in the certificate.
const HOST: &str = "127.0.0.1";

/// Takes encrypted connections and passes on what comes through them.
pub(crate) struct Tls {
    url: String,
    /// `host:port` of what is behind it.
    target: Arc<OnceLock<String>>,
    /// The certificates that this machine trusts, and ours.
    certificates: NamedTempFile,
    /// Directories with certificates that this machine trusts.
    directories: Vec<PathBuf>,
    server: AbortHandle,
}

impl Tls {
    /// Listens with a new key and a certificate of its own.
    pub(crate) async fn listen() -> Self {
        let issued = rcgen::generate_simple_self_signed([HOST.to_owned()]).expect("a certificate");
        let trusted = openssl_probe::probe();
        let file = trusted.cert_file.expect("this machine's certificates");
        let mut certificates = NamedTempFile::new().expect("a temporary file");
        for text in [
            std::fs::read_to_string(file).expect("this machine's certificates"),
            issued.cert.pem(),
        ] {
            writeln!(certificates, "{text}").expect("to write certificates");
        }
        let listener = TcpListener::bind((HOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let target: Arc<OnceLock<String>> = Arc::default();
        let server = serve(listener, acceptor(&issued), Arc::clone(&target));
        Self {
            url: format!("https://{HOST}:{port}"),
            target,
            certificates,
            directories: trusted.cert_dir,
            server: tokio::spawn(server).abort_handle(),
        }
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What it encrypts: the server at `url`, `http://host:port`.
    pub(crate) fn lead_to(&self, url: &str) {
        let target = url.strip_prefix("http://").expect("a server without TLS");
        self.target
            .set(target.to_owned())
            .expect("one server behind it");
    }

    /// Makes a process trust it, besides whom it trusts anyway: it reads as many certificates as
    /// it would without us.
    pub(crate) fn variables(&self) -> [(&'static str, String); 2] {
        let directories = std::env::join_paths(&self.directories).expect("names of directories");
        let text = |path: &std::ffi::OsStr| path.to_str().expect("a name in UTF-8").to_owned();
        [
            ("SSL_CERT_FILE", text(self.certificates.path().as_os_str())),
            ("SSL_CERT_DIR", text(&directories)),
        ]
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn acceptor(issued: &CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let key = PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], PrivateKeyDer::from(key))
        .expect("a key that fits its certificate");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, target: Arc<OnceLock<String>>) {
    while let Ok((inner, _)) = listener.accept().await {
        let (acceptor, target) = (acceptor.clone(), Arc::clone(&target));
        tokio::spawn(async move {
            // Small packets are sent at once, as AWS does.
            inner.set_nodelay(true)?;
            let mut inner = acceptor.accept(inner).await?;
            let target = target.get().expect("a server behind it");
            let mut outer = TcpStream::connect(target).await?;
            outer.set_nodelay(true)?;
            copy_bidirectional(&mut inner, &mut outer).await
        });
    }
}
