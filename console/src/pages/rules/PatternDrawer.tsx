import { Drawer } from "antd";
import { usePattern } from "../../api/patterns";
import type { PatternDetail } from "../../api/types";
import { CodeBlock, Identifier } from "../../components/Copy";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { LevelTag } from "../../components/Level";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { Badge } from "../../components/Status";
import { formatDuration } from "../../format/duration";
import { useLocal, useText } from "../../i18n/text";
import { PatternPicture } from "./PatternPicture";

/** One pattern: its steps as a picture, its tests and its text. */
export function PatternDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const local = useLocal();
  const pattern = usePattern(id);
  return (
    <Drawer open={id !== ""} onClose={onClose} size={720} title={pattern.data && local(pattern.data.title)}>
      {pattern.error && <Failure error={pattern.error} onRetry={() => void pattern.refetch()} />}
      {pattern.isLoading && <Loading />}
      {pattern.data && <Body pattern={pattern.data} />}
    </Drawer>
  );
}

function Body({ pattern }: { pattern: PatternDetail }) {
  const t = useText();
  const local = useLocal();
  return (
    <div className="stack">
      <div>{local(pattern.description)}</div>
      <PatternPicture pattern={pattern} />
      <Facts
        facts={[
          [t.common.id, <Identifier key="id" id={pattern.id} />],
          [t.patterns.within, formatDuration(pattern.within_seconds, t.words.duration)],
          [t.patterns.events, pattern.events],
          [t.patterns.last, pattern.last_time && <Moment key="last" at={pattern.last_time} full />],
          [t.patterns.level, pattern.level && <LevelTag key="level" level={pattern.level} />],
          [
            t.patterns.tests,
            pattern.tests.map((test) => (
              <div key={test.name} className="row">
                {t.patterns.testLine(test.name, test.alerts)}
                <Badge tone={test.complete ? "info" : "idle"}>
                  {test.complete ? t.patterns.completes : t.patterns.completesNot}
                </Badge>
              </div>
            )),
          ],
        ]}
      />
      <CodeBlock text={pattern.text} label={t.patterns.text} />
    </div>
  );
}
