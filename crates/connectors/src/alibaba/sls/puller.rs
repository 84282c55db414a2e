//! One step of reading a shard, and how long to wait before the next.

use std::time::Duration;

use super::client::{Cursor, CursorFrom, PulledBatch, SlsClient};
use super::record::json_line;
use crate::alibaba::{CallError, ErrorClass};

/// Log groups asked for in one pull, the service's maximum.
const GROUPS_PER_PULL: u32 = 1000;

/// One record as pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledRecord {
    /// Where it stood: `<shard>/<cursor>/<group>/<log>`. The same cursor returns the same groups first, so a pull
    /// repeated after a crash gives the same names, and a duplicate is seen as one.
    pub native_id: String,
    /// The raw JSON line.
    pub line: Vec<u8>,
}

/// What a step brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullOutcome {
    /// The records, in the order they were received.
    pub records: Vec<PulledRecord>,
    /// To be saved once the journal has the records.
    pub next_cursor: Cursor,
    /// Uncompressed size in bytes.
    pub raw_size: usize,
    /// Log groups received.
    pub group_count: usize,
    /// The cursor was no longer valid and reading went on elsewhere: logs may have been missed. To be shown.
    pub gap: bool,
}

impl PullOutcome {
    /// How long to wait before the next step.
    pub fn pause(&self) -> Duration {
        pause_after(self.raw_size, self.group_count)
    }
}

/// The vendor's consumer's rule: the less a pull brought, the longer the wait, so that an idle shard costs two calls
/// a second and a full one is read at the speed of the network.
pub fn pause_after(raw_size: usize, group_count: usize) -> Duration {
    const MIB: usize = 1024 * 1024;
    Duration::from_millis(match (raw_size, group_count) {
        (size, groups) if size < MIB && groups < 100 => 500,
        (size, groups) if size < 2 * MIB && groups < 500 => 200,
        (size, groups) if size < 4 * MIB && groups < 1000 => 50,
        _ => 0,
    })
}

/// A reader of one shard. It holds no position: the caller has it, together with what it has stored.
#[derive(Debug, Clone)]
pub struct ShardPuller {
    client: SlsClient,
    shard: u32,
    on_invalid: CursorFrom,
}

impl ShardPuller {
    /// A reader that goes on at the end of the shard when its cursor is no longer valid, as the vendor's consumer does.
    pub fn new(client: SlsClient, shard: u32) -> Self {
        Self {
            client,
            shard,
            on_invalid: CursorFrom::End,
        }
    }

    /// Goes on from elsewhere when the cursor is no longer valid: from the oldest log kept nothing is missed that
    /// still exists, at the price of reading it all again.
    pub fn on_invalid_cursor(self, from: CursorFrom) -> Self {
        Self {
            on_invalid: from,
            ..self
        }
    }

    /// The shard.
    pub fn shard(&self) -> u32 {
        self.shard
    }

    /// The cursor to start from where there is no checkpoint.
    pub async fn start(&self, from: CursorFrom) -> Result<Cursor, CallError> {
        self.client.cursor(self.shard, from).await
    }

    /// Pulls once. A cursor the service no longer knows is replaced once; if that fails too, it is an error.
    pub async fn pull_once(&self, cursor: &Cursor) -> Result<PullOutcome, CallError> {
        match self.client.pull(self.shard, cursor, GROUPS_PER_PULL).await {
            Ok(batch) => Ok(outcome(self.shard, cursor, &batch, false)),
            Err(error) if error.class() == Some(ErrorClass::InvalidCursor) => {
                let fresh = self.client.cursor(self.shard, self.on_invalid).await?;
                let batch = self.client.pull(self.shard, &fresh, GROUPS_PER_PULL).await?;
                Ok(outcome(self.shard, &fresh, &batch, true))
            }
            Err(error) => Err(error),
        }
    }
}

fn outcome(shard: u32, cursor: &Cursor, batch: &PulledBatch, gap: bool) -> PullOutcome {
    let groups = &batch.groups.log_groups;
    let mut records = Vec::with_capacity(groups.iter().map(|group| group.logs.len()).sum());
    for (group_index, group) in groups.iter().enumerate() {
        for (log_index, log) in group.logs.iter().enumerate() {
            records.push(PulledRecord {
                native_id: format!("{shard}/{cursor}/{group_index}/{log_index}"),
                line: json_line(group, log),
            });
        }
    }
    PullOutcome {
        records,
        next_cursor: batch.next_cursor.clone(),
        raw_size: batch.raw_size,
        group_count: groups.len(),
        gap,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::alibaba::Credentials;
    use crate::alibaba::sls::{Log, LogGroup, LogGroupList, SignatureVersion, SlsConfig};
    use crate::egress::EgressLimits;
    use crate::scripted::Scripted;

    #[test]
    fn waits_longer_the_less_there_was() {
        const MIB: usize = 1024 * 1024;
        let check =
            |size, groups, millis| assert_eq!(pause_after(size, groups), Duration::from_millis(millis));
        check(0, 0, 500);
        check(MIB - 1, 99, 500);
        check(MIB, 99, 200);
        check(0, 100, 200);
        check(2 * MIB, 100, 50);
        check(0, 500, 50);
        check(4 * MIB, 1, 0);
        check(0, 1000, 0);
    }

    #[test]
    fn records_are_named_by_where_they_stood() {
        let group = |logs| LogGroup {
            logs: vec![Log::default(); logs],
            ..LogGroup::default()
        };
        let batch = PulledBatch {
            groups: LogGroupList {
                log_groups: vec![group(2), group(0), group(1)],
            },
            next_cursor: Cursor::new("MTM="),
            raw_size: 9,
        };
        let outcome = outcome(3, &Cursor::new("MTI="), &batch, false);
        let names: Vec<_> = outcome
            .records
            .iter()
            .map(|record| record.native_id.as_str())
            .collect();
        assert_eq!(names, ["3/MTI=/0/0", "3/MTI=/0/1", "3/MTI=/2/0"]);
        assert_eq!(
            (outcome.group_count, outcome.raw_size, outcome.gap),
            (3, 9, false)
        );
        assert_eq!(outcome.pause(), Duration::from_millis(500));
    }

    fn puller(answers: &[(u16, &str, &str)]) -> (ShardPuller, Scripted) {
        let scripted = Scripted::new(answers);
        let credentials = Credentials {
            access_key_id: "id".to_owned(),
            access_key_secret: "s".into(),
            security_token: None,
        };
        let endpoint = format!("http://{}", scripted.address).parse().unwrap();
        let config = SlsConfig::new(
            endpoint,
            "cn-hangzhou",
            "proj",
            "store",
            SignatureVersion::V1,
            credentials,
        );
        let client = SlsClient::new(Scripted::egress(EgressLimits::default()), config.unwrap());
        (ShardPuller::new(client, 2), scripted)
    }

    const EMPTY: &str = "x-log-cursor: MTI=\r\nx-log-bodyrawsize: 0\r\n";
    const INVALID: &str = r#"{"errorCode":"InvalidCursor","errorMessage":"cursor is invalid"}"#;

    #[tokio::test]
    async fn asks_for_groups_from_the_cursor_on() {
        let (puller, scripted) = puller(&[(200, EMPTY, "")]);
        let outcome = puller.pull_once(&Cursor::new("MTI=")).await.unwrap();
        assert_eq!(
            (outcome.next_cursor, outcome.records.len(), outcome.gap),
            (Cursor::new("MTI="), 0, false)
        );
        let address = scripted.address;
        let seen = scripted.seen();
        assert_eq!(
            seen[0].head[0],
            "GET /logstores/store/shards/2?count=1000&cursor=MTI%3D&type=log HTTP/1.1"
        );
        assert_eq!(seen[0].header("host"), Some(format!("proj.{address}").as_str()));
        assert_eq!(seen[0].header("accept-encoding"), Some("lz4"));
    }

    #[tokio::test]
    async fn a_cursor_no_longer_valid_is_replaced_once_and_the_gap_told() {
        let answers = [
            (400, "", INVALID),
            (200, "", r#"{"cursor":"OTk="}"#),
            (200, EMPTY, ""),
        ];
        let (puller, scripted) = puller(&answers);
        let outcome = puller.pull_once(&Cursor::new("MTI=")).await.unwrap();
        assert!(outcome.gap);
        let asked: Vec<_> = scripted
            .seen()
            .into_iter()
            .map(|seen| seen.head[0].clone())
            .collect();
        assert!(
            asked[1].contains("from=end&type=cursor") && asked[2].contains("cursor=OTk%3D"),
            "{asked:?}"
        );
    }

    #[tokio::test]
    async fn a_replacement_that_is_invalid_too_is_an_error() {
        let (puller, _) = puller(&[
            (400, "", INVALID),
            (200, "", r#"{"cursor":"OTk="}"#),
            (400, "", INVALID),
        ]);
        let error = puller.pull_once(&Cursor::new("MTI=")).await.unwrap_err();
        assert_eq!(error.class(), Some(ErrorClass::InvalidCursor));
    }
}
