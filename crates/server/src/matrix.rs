//! The ATT&CK matrix with its techniques, read when the first document needs their names.

use crate::content::files;
use report::{Matrix, TacticName, Technique};
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Tactics {
    version: String,
    tactics: Vec<TacticName>,
}

#[derive(Deserialize)]
struct Techniques {
    techniques: Vec<Technique>,
}

static MATRIX: LazyLock<Result<Matrix, String>> = LazyLock::new(|| {
    let tactics: Tactics = read("attack/tactics.yml")?;
    let techniques: Techniques = read("attack/techniques.yml")?;
    Ok(Matrix {
        version: tactics.version,
        tactics: tactics.tactics,
        techniques: techniques
            .techniques
            .into_iter()
            .map(|technique| (technique.id.clone(), technique))
            .collect(),
    })
});

fn read<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    let file = files(path)
        .pop()
        .ok_or_else(|| format!("{path}: is not embedded"))?;
    serde_saphyr::from_str(&file.text).map_err(|error| format!("{path}: {error}"))
}

/// The matrix; an error is a defect of the build.
pub fn matrix() -> Result<&'static Matrix, &'static str> {
    MATRIX.as_ref().map_err(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_matrix_has_tactics_and_techniques() {
        let matrix = matrix().unwrap();
        assert_eq!(matrix.tactics.len(), 14);
        assert_eq!(
            matrix.techniques["T1059.004"].name,
            "Command and Scripting Interpreter: Unix Shell"
        );
    }
}
