//! What is there before anybody has done anything: the playbooks, the token for the first login, and what settings say
//! until someone changes them.

use crate::{
    app::App,
    auth::{RandomError, digest, random_token},
    clock,
    config::Config,
    content::Content,
    workers::respond::BREAKER,
};
use model::{LocalText, PlaybookId, TenantId, limits::DEFAULT_BLOCK, playbook::PlaybookState};
use respond::{Breaker, cacao::Playbook};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};
use store::{PlaybookVersion, Store};

/// The author of playbooks that come with the product.
const AUTHOR: &str = "OpenCTDR";
/// The setting that holds [`ResponseSettings`].
pub const RESPONSE: &str = "response";
/// The file, in the data folder, that the one-time token is written to.
const TOKEN_FILE: &str = "setup-token";

/// Why the first login cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The store refuses.
    #[error("the store refuses")]
    Store(#[from] store::Error),
    /// No token can be made.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The token cannot be written where only the server's owner can read it.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// What automatic response does, in general.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseSettings {
    /// No response rule acts.
    pub paused: bool,
    /// How long forms suggest to block.
    pub default_duration_seconds: u64,
}

impl Default for ResponseSettings {
    fn default() -> Self {
        Self {
            paused: false,
            default_duration_seconds: DEFAULT_BLOCK.as_secs(),
        }
    }
}

/// What automatic response does now. It is paused by the switch, and as well by the breaker.
pub async fn response_settings(app: &App) -> Result<ResponseSettings, store::Error> {
    let mut settings: ResponseSettings = app
        .store
        .setting_fetch(&app.tenant, RESPONSE)
        .await?
        .unwrap_or_default();
    settings.paused |= breaker(app).await?.paused().is_some();
    Ok(settings)
}

/// The breaker as it was saved: whenever it trips, and when somebody resets it.
pub async fn breaker(app: &App) -> Result<Breaker, store::Error> {
    Ok(app
        .store
        .setting_fetch(&app.tenant, BREAKER)
        .await?
        .unwrap_or_default())
}

/// Publishes each playbook that comes with the product, unless this text of it was published before.
pub async fn playbooks(store: &Store, tenant: &TenantId, content: &Content) -> Result<(), store::Error> {
    for file in &content.playbooks {
        let playbook = match Playbook::parse(&file.text) {
            Ok(playbook) => playbook,
            // A defect of the build that costs this one playbook and not the server.
            Err(problems) => {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                tracing::error!(file.path, "a playbook of this build cannot be read: {first}");
                continue;
            }
        };
        let LocalText { en: name, .. } = playbook.title;
        let version = PlaybookVersion {
            id: PlaybookId(playbook.id.0),
            version: 0,
            state: PlaybookState::Published,
            name,
            text: file.text.clone(),
            digest: blake3::hash(file.text.as_bytes()).to_hex().to_string(),
            author: AUTHOR.to_owned(),
            changed: clock::now(),
        };
        if store.playbook_install(tenant, &version).await? {
            tracing::info!("published playbook `{}`", version.name);
        }
    }
    Ok(())
}

/// On a server without users, makes the token that the first administrator is made with. It goes into a file that only
/// the server's owner can read; the log says where, not what.
pub async fn token(store: &Store, config: &Config) -> Result<(), SetupError> {
    let path = token_path(config);
    let token = random_token("")?;
    if !store
        .setup_token_set(&TenantId::default(), digest(&token).as_bytes(), clock::now())
        .await?
    {
        remove(&path);
        return Ok(());
    }
    write_private(&path, &token).map_err(|source| SetupError::Write {
        path: path.clone(),
        source,
    })?;
    tracing::info!(
        "nobody can log in yet: open {} and enter the one-time token in `{}`",
        address(config),
        path.display()
    );
    Ok(())
}

/// Removes the token's file once the token was used.
pub fn token_used(config: &Config) {
    remove(&token_path(config));
}

fn token_path(config: &Config) -> PathBuf {
    config.data_dir.join(TOKEN_FILE)
}

/// What to open in a browser on this machine.
fn address(config: &Config) -> String {
    let listen = config.server.listen;
    if listen.ip().is_unspecified() {
        format!("http://localhost:{}/", listen.port())
    } else {
        format!("http://{listen}/")
    }
}

/// Writes all or nothing, readable by the owner alone from the first byte on.
fn write_private(path: &Path, token: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    // Left by a crash; whoever could read it then must not read the next one.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "the used token in `{}` cannot be removed; it is of no use to anyone", path.display());
        }
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn config(folder: &Path) -> Config {
        Config {
            data_dir: folder.to_owned(),
            ..Config::default()
        }
    }

    #[test]
    fn the_address_can_be_opened() {
        let check = |listen: &str, expected: &str| {
            let mut config = Config::default();
            config.server.listen = listen.parse().unwrap();
            assert_eq!(address(&config), expected);
        };
        check("127.0.0.1:8686", "http://127.0.0.1:8686/");
        check("0.0.0.0:80", "http://localhost:80/");
        check("[::]:80", "http://localhost:80/");
    }

    #[test]
    fn only_the_owner_reads_the_token_whatever_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(TOKEN_FILE);
        fs::write(&path, "old").unwrap();
        fs::write(path.with_extension("new"), "half").unwrap();
        write_private(&path, "secret").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[tokio::test]
    async fn the_token_of_a_new_server_makes_one_account() {
        let folder = tempfile::tempdir().unwrap();
        let (config, tenant) = (config(folder.path()), TenantId::default());
        let store = Store::open(folder.path().join("ctdr.db")).await.unwrap();
        token(&store, &config).await.unwrap();
        let first = fs::read_to_string(token_path(&config)).unwrap();
        token(&store, &config).await.unwrap();
        let second = fs::read_to_string(token_path(&config)).unwrap();
        assert_ne!(first, second, "a token that was not used is replaced");

        let user = store::User {
            id: "1".to_owned(),
            name: "ada".to_owned(),
            password_hash: String::new(),
            role: store::UserRole::Admin,
            disabled: false,
            created: clock::now(),
        };
        let audit = store::AuditEntry {
            at: clock::now(),
            actor: "ada".to_owned(),
            action: "setup.complete".to_owned(),
            object: "1".to_owned(),
            before: serde_json::Value::Null,
            after: serde_json::Value::Null,
        };
        let use_token = async |text: &str| {
            store
                .setup_complete(&tenant, digest(text.trim()).as_bytes(), &user, &audit)
                .await
                .is_ok()
        };
        assert!(!use_token(&first).await);
        assert!(use_token(&second).await);
        assert!(!use_token(&second).await, "one use");
        token(&store, &config).await.unwrap();
        assert!(!token_path(&config).exists(), "a server with users has no token");
        store.close().await;
    }

    #[tokio::test]
    async fn playbooks_are_published_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("ctdr.db")).await.unwrap();
        let (tenant, content) = (TenantId::default(), Content::load().unwrap());
        for _ in 0..2 {
            playbooks(&store, &tenant, &content).await.unwrap();
            let published = store
                .playbook_list(&tenant, PlaybookState::Published)
                .await
                .unwrap();
            assert_eq!(published.len(), content.playbooks.len());
            assert!(published.iter().all(|playbook| playbook.version == 1));
        }
        store.close().await;
    }
}
