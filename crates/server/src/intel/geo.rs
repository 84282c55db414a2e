//! Where an address is and whose: asked of databases in the `MaxMind` format that the user brings. Read anew when they change.

use crate::config::GeoipConfig;
use maxminddb::{MaxMindDbError, Reader, geoip2};
use model::{Language, Time};
use serde::Serialize;
use std::{
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::UNIX_EPOCH,
};
use utoipa::ToSchema;

/// Where an address is, and whose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GeoPlace)]
pub struct Place {
    /// The country.
    pub country: Option<String>,
    /// Its code, such as `CN`.
    pub country_code: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The number of the autonomous system.
    pub asn: Option<u32>,
    /// Who runs it.
    pub organisation: Option<String>,
}

/// The databases.
#[derive(Debug)]
pub struct Geo {
    city: Database,
    asn: Database,
}

/// Size and time of change of a file, where there is one.
type Stamp = Option<(u64, Time)>;

struct Database {
    path: Option<PathBuf>,
    /// Size and time of change of the file at the last look; nothing before the first.
    looked: Mutex<Option<Stamp>>,
    reader: RwLock<Option<Arc<Reader<Vec<u8>>>>>,
}

impl Geo {
    /// The databases of the configuration, not read yet.
    pub fn new(config: &GeoipConfig) -> Self {
        Self {
            city: Database::new(config.city.clone()),
            asn: Database::new(config.asn.clone()),
        }
    }

    /// Reads what is new or has changed. Blocks.
    pub fn reload(&self) {
        self.city.reload();
        self.asn.reload();
    }

    /// Where an address is; nothing if no database knows.
    pub fn find(&self, address: IpAddr, language: Language) -> Option<Place> {
        let mut place = Place::default();
        let found = self
            .city
            .ask(|reader| city(reader, address, language, &mut place));
        let owned = self.asn.ask(|reader| asn(reader, address, &mut place));
        (found || owned).then_some(place)
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Database {
    fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            looked: Mutex::default(),
            reader: RwLock::default(),
        }
    }

    fn reload(&self) {
        let Some(path) = &self.path else { return };
        let stamp = std::fs::metadata(path).ok().map(|about| {
            let changed = about
                .modified()
                .ok()
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            (
                about.len(),
                Time::from_millis(changed.unwrap_or_default().as_millis() as i64),
            )
        });
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.replace(stamp) == Some(stamp) {
            return;
        }
        match Reader::open_readfile(path) {
            Ok(reader) => {
                tracing::info!("the database `{}` tells where addresses are", path.display());
                *self.reader.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(reader));
            }
            Err(error) => tracing::warn!(%error, "the database `{}` cannot be read", path.display()),
        }
    }

    /// Asks the database; what is broken in it is as good as unknown.
    fn ask(&self, question: impl FnOnce(&Reader<Vec<u8>>) -> Result<bool, MaxMindDbError>) -> bool {
        let reader = self.reader.read().unwrap_or_else(PoisonError::into_inner).clone();
        reader.is_some_and(|reader| question(&reader).unwrap_or(false))
    }
}

fn city(
    reader: &Reader<Vec<u8>>,
    address: IpAddr,
    language: Language,
    place: &mut Place,
) -> Result<bool, MaxMindDbError> {
    let Some(found) = reader.lookup(address)?.decode::<geoip2::City<'_>>()? else {
        return Ok(false);
    };
    let text = |english: Option<&str>, chinese: Option<&str>| match language {
        Language::Zh => chinese.or(english).map(str::to_owned),
        Language::En => english.map(str::to_owned),
    };
    place.country = text(
        found.country.names.english,
        found.country.names.simplified_chinese,
    );
    place.country_code = found.country.iso_code.map(str::to_owned);
    place.city = text(found.city.names.english, found.city.names.simplified_chinese);
    Ok(place.country_code.is_some() || place.country.is_some() || place.city.is_some())
}

fn asn(reader: &Reader<Vec<u8>>, address: IpAddr, place: &mut Place) -> Result<bool, MaxMindDbError> {
    let Some(found) = reader.lookup(address)?.decode::<geoip2::Asn<'_>>()? else {
        return Ok(false);
    };
    place.asn = found.autonomous_system_number;
    place.organisation = found.autonomous_system_organization.map(str::to_owned);
    Ok(place.asn.is_some() || place.organisation.is_some())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A value of the format's data section.
    enum Data {
        Text(&'static str),
        Number(u64, u8),
        Map(Vec<(&'static str, Data)>),
        List(Vec<Data>),
    }

    fn head(kind: u8, size: usize, out: &mut Vec<u8>) {
        let (short, rest) = if size < 29 {
            (size, None)
        } else {
            (29, Some(size - 29))
        };
        if kind > 7 {
            out.extend([short as u8, kind - 7]);
        } else {
            out.push(kind << 5 | short as u8);
        }
        out.extend(rest.map(|rest| rest as u8));
    }

    fn encode(data: &Data, out: &mut Vec<u8>) {
        match data {
            Data::Text(text) => {
                head(2, text.len(), out);
                out.extend(text.bytes());
            }
            Data::Number(number, kind) => {
                let bytes: Vec<u8> = number
                    .to_be_bytes()
                    .into_iter()
                    .skip_while(|byte| *byte == 0)
                    .collect();
                head(*kind, bytes.len(), out);
                out.extend(bytes);
            }
            Data::Map(members) => {
                head(7, members.len(), out);
                for (key, value) in members {
                    encode(&Data::Text(key), out);
                    encode(value, out);
                }
            }
            Data::List(items) => {
                head(11, items.len(), out);
                for item in items {
                    encode(item, out);
                }
            }
        }
    }

    /// A database of one network, 128.0.0.0/1: a tree of a single node.
    fn write(path: &Path, kind: &'static str, record: &Data) {
        let mut file = Vec::new();
        // Left: not found. Right: the first byte of data, 16 past the tree.
        for value in [1_u32, 1 + 16] {
            file.extend(&value.to_be_bytes()[1..]);
        }
        file.extend([0; 16]);
        encode(record, &mut file);
        file.extend(b"\xab\xcd\xefMaxMind.com");
        let metadata = Data::Map(vec![
            ("node_count", Data::Number(1, 6)),
            ("record_size", Data::Number(24, 5)),
            ("ip_version", Data::Number(4, 5)),
            ("database_type", Data::Text(kind)),
            ("languages", Data::List(vec![Data::Text("en")])),
            ("binary_format_major_version", Data::Number(2, 5)),
            ("binary_format_minor_version", Data::Number(0, 5)),
            ("build_epoch", Data::Number(1_700_000_000, 9)),
            ("description", Data::Map(vec![("en", Data::Text("a test"))])),
        ]);
        encode(&metadata, &mut file);
        std::fs::write(path, file).unwrap();
    }

    #[test]
    fn places_come_from_the_files_and_change_with_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let geo = Geo::new(&GeoipConfig {
            city: Some(path("city.mmdb")),
            asn: Some(path("asn.mmdb")),
        });
        let find = |address: &str, language| geo.find(address.parse().unwrap(), language);
        geo.reload();
        assert_eq!(find("203.0.113.7", Language::En), None, "there are no files");

        let names = |en, zh| Data::Map(vec![("en", Data::Text(en)), ("zh-CN", Data::Text(zh))]);
        let country = Data::Map(vec![
            ("iso_code", Data::Text("DE")),
            ("names", names("Germany", "德国")),
        ]);
        let city = Data::Map(vec![("names", names("Berlin", "柏林"))]);
        write(
            &path("city.mmdb"),
            "GeoLite2-City",
            &Data::Map(vec![("country", country), ("city", city)]),
        );
        geo.reload();
        let place = find("203.0.113.7", Language::Zh).unwrap();
        assert_eq!(
            (place.country.as_deref(), place.city.as_deref(), place.asn),
            (Some("德国"), Some("柏林"), None)
        );

        let members = vec![
            ("autonomous_system_number", Data::Number(64_496, 6)),
            ("autonomous_system_organization", Data::Text("Example Net")),
        ];
        write(&path("asn.mmdb"), "GeoLite2-ASN", &Data::Map(members));
        geo.reload();
        assert_eq!(
            find("203.0.113.7", Language::En),
            Some(Place {
                country: Some("Germany".into()),
                country_code: Some("DE".into()),
                city: Some("Berlin".into()),
                asn: Some(64_496),
                organisation: Some("Example Net".into()),
            })
        );
        assert_eq!(
            find("10.0.0.1", Language::En),
            None,
            "the other half of the world"
        );

        std::fs::write(path("city.mmdb"), "broken").unwrap();
        geo.reload();
        assert!(
            find("203.0.113.7", Language::En).is_some_and(|place| place.city.is_some()),
            "what was read stays"
        );
    }
}
