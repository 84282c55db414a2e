//! Puts the layers of the configuration on top of each other.

use super::{
    Config, ConfigError,
    error::{place, with_hint},
};
use std::path::Path;
use toml::{Table, Value};

/// What environment variables of ours start with; `__` separates the levels: `CTDR_SERVER__LISTEN`.
const PREFIX: &str = "CTDR_";

/// Variables that start with the prefix and are not configuration.
const OTHER: [&str; 8] = [
    "CTDR_TEST_DATA",
    "CTDR_PYTHON",
    "CTDR_LOG",
    // Those of commands that ask a server.
    "CTDR_URL",
    "CTDR_USER",
    "CTDR_PASSWORD",
    "CTDR_PASSWORD_FILE",
    "CTDR_LANGUAGE",
];

/// The process's environment, as pairs: reading it is the caller's effect.
pub type Environment = Vec<(String, String)>;

/// Reads the configuration: defaults, the file if one is given, then the environment.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Config, ConfigError> {
    let mut table = match file {
        Some(path) => read(path)?,
        None => Table::new(),
    };
    let mut last = None;
    for (name, value) in environment {
        let Some(rest) = name
            .strip_prefix(PREFIX)
            .filter(|_| !OTHER.contains(&name.as_str()))
        else {
            continue;
        };
        let path: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        set(&mut table, &path, parse(value)).map_err(|message| ConfigError::Variable {
            name: name.clone(),
            message,
        })?;
        // The file was checked alone, so a mistake that appears now is this variable's.
        if let Err(error) = table.clone().try_into::<Config>() {
            return Err(ConfigError::Variable {
                name: name.clone(),
                message: with_hint(error.message()),
            });
        }
        last = Some(name.clone());
    }
    table
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::Variable {
            name: last.unwrap_or_default(),
            message: with_hint(error.message()),
        })
}

/// Reads the file and checks it alone, so that mistakes are reported at their place in it.
fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    let refuse = |error: toml::de::Error| {
        let (line, column) = place(&text, error.span().map_or(0, |span| span.start));
        ConfigError::File {
            path: path.to_owned(),
            line,
            column,
            message: with_hint(error.message()),
        }
    };
    toml::from_str::<Config>(&text).map_err(refuse)?;
    toml::from_str(&text).map_err(refuse)
}

/// A value as TOML would read it; what is no TOML value is text.
fn parse(text: &str) -> Value {
    toml::from_str::<Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn set(table: &mut Table, path: &[String], value: Value) -> Result<(), String> {
    match path {
        [] => Ok(()),
        [key] => {
            table.insert(key.clone(), value);
            Ok(())
        }
        [key, rest @ ..] => match table
            .entry(key.clone())
            .or_insert_with(|| Value::Table(Table::new()))
        {
            Value::Table(inner) => set(inner, rest, value),
            _ => Err(format!("`{key}` is a value and has no keys of its own")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("a written file");
        let environment = environment
            .iter()
            .map(|(n, v)| ((*n).into(), (*v).into()))
            .collect();
        load(Some(file.path()), &environment).map_err(|error| {
            error
                .to_string()
                .replace(&file.path().display().to_string(), "ctdr.toml")
        })
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let config = from_file(
            "[server]\nlisten = \"127.0.0.1:1\"\nhttps = true\n",
            &[
                ("CTDR_SERVER__LISTEN", "127.0.0.1:2"),
                ("CTDR_EGRESS__ALLOW", "[\"127.0.0.0/8\"]"),
                ("HOME", "/"),
            ],
        )
        .expect("a configuration");
        assert_eq!(config.server.listen.port(), 2);
        assert!(config.server.https);
        assert_eq!(config.egress.allow.len(), 1);
    }

    #[test]
    fn mistakes_have_a_place_and_a_hint() {
        let check = |text: &str, environment: &[(&str, &str)], expected: &str| {
            assert_eq!(from_file(text, environment).expect_err("a mistake"), expected);
        };
        check(
            "data_dir = \"x\"\n[server]\nlissten = \"127.0.0.1:1\"\n",
            &[],
            "ctdr.toml:3:1: unknown key `lissten`, did you mean `listen`?",
        );
        check(
            "[server]\nlisten = \"here\"\n",
            &[],
            "ctdr.toml:2:10: invalid socket address syntax",
        );
        check(
            "",
            &[("CTDR_SERVER__PORT", "1")],
            "environment variable `CTDR_SERVER__PORT`: unknown field `port`, expected one of `listen`, `https`, `ingest_limit_bytes`",
        );
        check(
            "data_dir = \"x\"",
            &[("CTDR_DATA_DIR__X", "1")],
            "environment variable `CTDR_DATA_DIR__X`: `data_dir` is a value and has no keys of its own",
        );
    }

    #[test]
    fn the_defaults_alone_are_a_configuration() {
        let config = load(None, &Vec::new()).expect("the defaults");
        assert!(config.server.listen.ip().is_loopback());
    }
}
