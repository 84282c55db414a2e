//! The tests a rule carries: raw logs, each with the product that wrote it, and how many alerts they raise.
//!
//! A rule on one product names it once, as `source` of the test. A correlation over several says it log by log,
//! as `{source: alibaba/waf, log: …}`; such a log does not ask what the test says.

use crate::extension::each;
use model::{ProductId, source::ParseProductError};
use sigma::{
    Position, Report,
    reader::MapReader,
    yaml::{Data, Node},
};

/// A test a rule carries: raw logs, and how many alerts the rule raises over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTest {
    /// What it shows.
    pub name: String,
    /// Raw records, in the order they arrive in.
    pub logs: Vec<TestLog>,
    /// How many alerts the rule raises.
    pub alerts: usize,
    /// Its line in the file.
    pub line: usize,
}

/// A raw record of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestLog {
    /// The product that wrote it: how it is normalised.
    pub source: ProductId,
    /// Where that is written.
    pub source_at: Position,
    /// The record, as its source sends it.
    pub raw: String,
}

/// What a test says of all its logs.
enum Stated {
    /// The test names no product.
    Missing,
    /// It names one that cannot be read, which was told.
    Broken,
    Product(ProductId, Position),
}

impl RuleTest {
    /// Reads a test.
    pub(crate) fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let mut map = MapReader::new(node, "a test", report)?;
        let name = map.need("name", report).and_then(|n| n.text("`name`", report));
        let source = map.entry("source");
        let stated = match source.map(|entry| (product(&entry.value, report), entry)) {
            None => Stated::Missing,
            Some((None, _)) => Stated::Broken,
            Some((Some(product), entry)) => Stated::Product(product, entry.value.position()),
        };
        let logs = map.need("logs", report);
        if let (Some(entry), Some(Data::List(items))) = (source, logs.map(|n| &n.data))
            && !items.is_empty()
            && items.iter().all(is_map)
        {
            let message = "`source` is not asked for: each log names its own";
            report.expected(entry.key.position(), message, "a test without it");
        }
        let logs = each(logs, "`logs`", report, |item, report| {
            TestLog::read(item, &stated, report)
        });
        let alerts = map
            .need("alerts", report)
            .and_then(|n| n.count("`alerts`", report));
        map.deny_unknown(report);
        Some(Self {
            name: name?,
            logs,
            alerts: alerts? as usize,
            line: node.position().line,
        })
    }
}

impl TestLog {
    fn read(node: &Node, stated: &Stated, report: &mut Report<'_>) -> Option<Self> {
        if is_map(node) {
            return Self::with_source(node, report);
        }
        let raw = node.text("a log", report);
        match stated {
            Stated::Product(source, at) => Some(Self {
                source: source.clone(),
                source_at: *at,
                raw: raw?,
            }),
            Stated::Broken => None,
            Stated::Missing => {
                let expected = "`source` in the test, or `{source: <provider>/<product>, log: …}`";
                report.expected(node.position(), "no product is named for the log", expected);
                None
            }
        }
    }

    fn with_source(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let mut map = MapReader::new(node, "a log", report)?;
        let source = map.need("source", report);
        let found = source.and_then(|n| product(n, report));
        let raw = map.need("log", report).and_then(|n| n.text("`log`", report));
        map.deny_unknown(report);
        Some(Self {
            source: found?,
            source_at: source?.position(),
            raw: raw?,
        })
    }
}

const fn is_map(node: &Node) -> bool {
    matches!(node.data, Data::Map(_))
}

fn product(node: &Node, report: &mut Report<'_>) -> Option<ProductId> {
    let text = node.text("`source`", report)?;
    let parsed: Result<ProductId, ParseProductError> = text.parse();
    parsed
        .map_err(|error| report.error(node.position(), error.to_string()))
        .ok()
}
