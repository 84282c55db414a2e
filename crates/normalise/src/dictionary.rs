//! The field dictionary `fields.yml`: every OCSF name a mapping may fill and a rule may ask for, its title
//! in both languages, and the names Sigma rules of others use for it.

use crate::content::{ContentError, ContentFile, parse};
use model::{LocalText, Schema, schema::FieldSpec};
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

/// A field of the dictionary, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldInfo {
    /// OCSF path, such as `src_endpoint.ip`.
    pub name: String,
    /// What it is called.
    pub title: LocalText,
    /// Other names rules may use for it, such as Sigma's `c-ip`.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// Where the dictionary is, within the content folder.
pub(crate) const PATH: &str = "sources/fields.yml";

/// Reads the dictionary: its fields in slot order and the schema built of them.
pub(crate) fn read(file: &ContentFile) -> Result<(Vec<FieldInfo>, Schema), Vec<ContentError>> {
    let entries: Vec<Spanned<FieldInfo>> = parse(file).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    let mut fields: Vec<FieldInfo> = Vec::with_capacity(entries.len());
    for entry in entries {
        let known: Vec<FieldSpec> = fields.iter().chain([&entry.value]).map(spec).collect();
        // Building up to each entry puts the error on the line of the second claim to a name.
        match Schema::new(known) {
            Ok(_) => fields.push(entry.value),
            Err(error) => errors.push(ContentError::at(&file.path, entry.referenced, error.to_string())),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    match Schema::new(fields.iter().map(spec).collect()) {
        Ok(schema) => Ok((fields, schema)),
        Err(error) => Err(vec![ContentError::of_file(&file.path, error.to_string())]),
    }
}

fn spec(field: &FieldInfo) -> FieldSpec {
    FieldSpec {
        name: field.name.clone(),
        aliases: field.aliases.clone(),
    }
}
