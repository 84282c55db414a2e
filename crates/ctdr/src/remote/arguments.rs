//! Where the server is, and who asks it.

use super::{
    environment::variable,
    language::{Speech, said},
};
use crate::{exit::Failure, input};
use clap::{Args, ValueEnum};
use connectors::Secret;
use model::{Language, LocalText};
use std::path::{Path, PathBuf};

/// Bytes of a password that are read from a file.
const LONGEST: u64 = 4_096;

/// The server and its user.
#[derive(Args)]
pub struct ServerArguments {
    /// Address of the server.
    #[arg(
        long,
        env = "CTDR_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8686"
    )]
    server: String,
    /// Who asks: a user of the console, whose role counts.
    #[arg(long, env = "CTDR_USER", value_name = "NAME")]
    user: Option<String>,
    /// File with the password, `-` for standard input. Without it, `CTDR_PASSWORD` holds the password; there is no flag
    /// for the password itself, which every other user of the machine could read.
    #[arg(long, env = "CTDR_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Language of what people read [default: that of `LC_ALL`, `LC_MESSAGES` or `LANG`].
    #[arg(long, env = "CTDR_LANGUAGE", value_name = "LANGUAGE")]
    language: Option<SpokenLanguage>,
}

/// A language of the product.
#[derive(Clone, Copy, ValueEnum)]
enum SpokenLanguage {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl ServerArguments {
    /// The server's address, without a slash at its end.
    pub fn server(&self) -> &str {
        self.server.trim_end_matches('/')
    }

    /// The language to speak.
    pub fn speech(&self) -> Speech {
        match self.language {
            Some(SpokenLanguage::En) => Speech(Language::En),
            Some(SpokenLanguage::Zh) => Speech(Language::Zh),
            None => Speech::of_environment(),
        }
    }

    /// The user and the password.
    pub fn credentials(&self) -> Result<(&str, Secret), Failure> {
        let speech = self.speech();
        let missing = |en: &str, zh: &str| said(speech, &LocalText::new(en, zh));
        let user = self
            .user
            .as_deref()
            .filter(|user| !user.is_empty())
            .ok_or_else(|| {
                Failure::usage(missing(
                    "say who asks: `--user NAME` or CTDR_USER",
                    "请指明用户：`--user NAME` 或 CTDR_USER",
                ))
            })?;
        let password = match (&self.password_file, variable("CTDR_PASSWORD")) {
            (Some(path), _) => read(path, speech)?,
            (None, Some(password)) => password,
            _ => {
                return Err(Failure::usage(missing(
                    "there is no password: set CTDR_PASSWORD, or name a file by `--password-file FILE`",
                    "缺少密码：请设置 CTDR_PASSWORD，或用 `--password-file FILE` 指定文件",
                )));
            }
        };
        Ok((user, Secret::new(password)))
    }
}

/// A password without the line end that editors write.
fn read(path: &Path, speech: Speech) -> Result<String, Failure> {
    let shown = path.display();
    let text = input::text(path, LONGEST).map_err(|error| {
        Failure::usage(said(
            speech,
            &LocalText::new(
                format!("cannot read the password from `{shown}`: {error}"),
                format!("无法从 `{shown}` 读取密码：{error}"),
            ),
        ))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
