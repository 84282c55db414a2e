//! Tags that feeds set end with their indicator: when the feed drops it or is not so sure of it any more, when it
//! expires, and when the feed is switched off or removed.

use super::Intel;
use model::{LocalText, TenantId, Time};
use std::collections::HashMap;
use store::{IntelFeed, IntelTag, IntelTagEnd, Store};

/// Ends the tags that the table as it is now no longer gives a reason for. `removed` is a feed that was just removed:
/// nobody else remembers its name.
pub async fn end_tags(
    intel: &Intel,
    (store, tenant): (&Store, &TenantId),
    removed: Option<&IntelFeed>,
    now: Time,
) -> Result<(), store::Error> {
    let held = store.intel_tag_list(tenant).await?;
    if held.is_empty() {
        return Ok(());
    }
    let feeds = store.intel_feed_list(tenant).await?;
    let feeds: HashMap<String, (String, bool)> = feeds
        .into_iter()
        .map(|status| (status.feed.id, (status.feed.name, status.feed.enabled)))
        .collect();
    let snapshot = intel.snapshot();
    let ends: Vec<IntelTagEnd> = held
        .into_iter()
        .filter(|tag| !snapshot.still_tags(&tag.feed, &tag.indicator, now))
        .map(|tag| end(tag, &feeds, removed))
        .collect();
    store.intel_tag_end(tenant, &ends, now).await
}

fn end(tag: IntelTag, feeds: &HashMap<String, (String, bool)>, removed: Option<&IntelFeed>) -> IntelTagEnd {
    let (by, reason) = match feeds.get(&tag.feed) {
        None => {
            let name = removed.filter(|feed| feed.id == tag.feed).map(|feed| &feed.name);
            (
                name.unwrap_or(&tag.feed).clone(),
                LocalText::new("The feed was removed.", "情报源已删除。"),
            )
        }
        Some((name, false)) => (
            name.clone(),
            LocalText::new("The feed was switched off.", "情报源已停用。"),
        ),
        Some((name, true)) => (
            name.clone(),
            LocalText::new(
                "The indicator has expired, or the feed no longer lists it with enough confidence.",
                "指标已过期，或情报源不再以足够的置信度收录该指标。",
            ),
        ),
    };
    IntelTagEnd { tag, by, reason }
}
