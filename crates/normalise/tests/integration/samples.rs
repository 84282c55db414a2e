//! Each sample of a source gives exactly what its `.expected.yml` says: every mapped field, and every key
//! that stayed unmapped. `CTDR_WRITE_EXPECTED=1` writes the files anew, for the author to read.

use crate::content::{catalogue, context, files_below, folder};
use model::{Fields, ProductId, Schema, TenantId};
use normalise::{Catalogue, DeadLetter};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// What a sample gives: a record or a dead letter.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unmapped: BTreeMap<String, Vec<String>>,
}

#[test]
fn samples_give_what_is_expected() {
    let catalogue = catalogue();
    let root = folder().join("sources");
    let mut seen = 0;
    for sample in files_below(&root).iter().filter(|path| is_sample(path)) {
        let source = sample.parent().and_then(Path::parent).unwrap();
        let product = source
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let found = read(
            &catalogue,
            &product.parse().unwrap(),
            &std::fs::read(sample).unwrap(),
        );
        let file = sample.with_extension("expected.yml");
        if std::env::var_os("CTDR_WRITE_EXPECTED").is_some() {
            std::fs::write(&file, serde_saphyr::to_string(&found).unwrap()).unwrap();
        }
        let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display()));
        let expected: Expected = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(found, expected, "{}", sample.display());
        seen += 1;
    }
    assert!(seen >= catalogue.products().count(), "every product has samples");
}

fn is_sample(path: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.ends_with("samples"))
        && path.extension().is_some_and(|extension| extension != "yml")
}

fn read(catalogue: &Catalogue, product: &ProductId, raw: &[u8]) -> Expected {
    let tenant = TenantId::default();
    match catalogue.normalise(raw, &context(&tenant, product, b"0")) {
        Err(DeadLetter { reason, offset, .. }) => Expected {
            dead_letter: Some(reason.as_str().to_owned()),
            offset,
            ..Expected::default()
        },
        Ok(record) => {
            use model::RecordView;
            let meta = record.meta();
            let schema: &Schema = catalogue.schema();
            let fields = record
                .iter()
                .map(|(slot, values)| (schema.name(slot).to_owned(), texts(values)));
            let unmapped = record
                .iter_unmapped()
                .map(|(key, values)| (key.to_owned(), texts(values)));
            Expected {
                log: Some(meta.log.name.clone()),
                time: Some(meta.time.to_string()),
                account: meta.account.clone(),
                fields: fields.collect(),
                unmapped: unmapped.collect(),
                ..Expected::default()
            }
        }
    }
}

fn texts(fields: Fields<'_, '_>) -> Vec<String> {
    fields
        .iter()
        .map(|field| field.value.to_text().into_owned())
        .collect()
}
