import type { IntelFeed } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Moment } from "../../components/Moment";
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
      {feed.first_problems.length > 0 && (
        <section>
          <h3>{t.intel.problemsOf(feed.first_problems.length, feed.problems)}</h3>
          <ul>
            {feed.first_problems.map((problem, at) => (
              // The same mistake may stand in one place twice.
              <li key={at}>
                <span className="mono">{problem.place}</span> {problem.message}
              </li>
            ))}
          </ul>
        </section>
      )}
      {unused.length > 0 && (
        <section>
          <h3>{t.intel.unused}</h3>
          <ul>
            {unused.map(([reason, count]) => (
              <li key={reason}>
                <span className="number">{count.toLocaleString()}</span> {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
