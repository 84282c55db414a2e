import type { IntelFeed } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Moment } from "../../components/Moment";
import { ReportSection } from "../../components/ReportSection";
import { useText } from "../../i18n/text";

/** What was in a feed: where it is, what went wrong with it, what of it is not used. */
export function FeedReport({ feed }: { feed: IntelFeed }) {
  const t = useText();
  const unused = Object.entries(feed.unused);
  return (
    <div className="stack">
      <Facts
        facts={[
          [t.intel.url, feed.url ? <span className="mono">{feed.url}</span> : null],
          [t.intel.path, feed.path ? <span className="mono">{feed.path}</span> : null],
          [t.intel.collection, feed.collection],
          [t.intel.lastRun, feed.last_run ? <Moment at={feed.last_run} /> : null],
          [t.intel.nextRun, feed.next_run ? <Moment at={feed.next_run} /> : null],
          [t.intel.lastError, feed.last_error],
          [t.intel.tagFrom, t.intel.confidences(feed.default_confidence, feed.tag_confidence)],
        ]}
      />
      <ReportSection title={t.intel.problems} shown={feed.first_problems.length} total={feed.problems}>
        {feed.first_problems.map((problem, at) => (
          // The same mistake may stand in one place twice.
          <li key={at}>
            <span>
              <span className="mono muted">{problem.place}</span> {problem.message}
            </span>
          </li>
        ))}
      </ReportSection>
      <ReportSection title={t.intel.unused} shown={unused.length}>
        {unused.map(([reason, count]) => (
          <li key={reason}>
            {reason} <span className="number">{count.toLocaleString()}</span>
          </li>
        ))}
      </ReportSection>
    </div>
  );
}
