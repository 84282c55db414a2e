import { Button, Input, Timeline } from "antd";
import { useState } from "react";
import { useComment, useEventActivity } from "../../api/events";
import { useMay } from "../../api/session";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { Panel } from "../../components/PageHead";
import { Badge } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useLocal, useText, word } from "../../i18n/text";
import css from "./ActivityTab.module.css";

/** What people and rules did, newest first, and a place to say something. */
export function ActivityTab({ id }: { id: string }) {
  const t = useText();
  const local = useLocal();
  const activity = useEventActivity(id);
  const may = useMay("responder");
  return (
    <Panel>
      <div className={css.body}>
        {may && <CommentBox id={id} />}
        {activity.error && <Failure error={activity.error} onRetry={activity.refetch} />}
        {activity.isLoading && <Loading />}
        {!activity.isLoading && !activity.error && activity.items.length === 0 && <Nothing title={t.event.activityEmpty} />}
        <Timeline
          items={activity.items.map((entry, index) => ({
            key: `${entry.at} ${index}`,
            color: entry.kind === "comment" ? "blue" : "gray",
            content: (
              <div>
                <div className={css.head}>
                  <strong>{entry.actor}</strong>
                  <Badge>{word(t.words.activity, entry.kind)}</Badge>
                  <span className="muted">
                    <Moment at={entry.at} />
                  </span>
                </div>
                <div>{local(entry.text)}</div>
                {entry.comment && <div className={css.comment}>{entry.comment}</div>}
              </div>
            ),
          }))}
        />
        {activity.hasMore && (
          <Button size="small" loading={activity.isLoadingMore} onClick={activity.loadMore}>
            {t.common.loadMore}
          </Button>
        )}
      </div>
    </Panel>
  );
}

function CommentBox({ id }: { id: string }) {
  const t = useText().event;
  const tell = useTell();
  const comment = useComment(id);
  const [text, setText] = useState("");
  const send = () => comment.mutate(text.trim(), { onSuccess: () => setText(""), onError: tell.failed });
  return (
    <div className={css.box}>
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 10 }}
        maxLength={10_000}
        placeholder={t.commentPlaceholder}
        aria-label={t.commentPlaceholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim() !== "") send();
        }}
      />
      <Button type="primary" disabled={text.trim() === ""} loading={comment.isPending} onClick={send}>
        {t.addComment}
      </Button>
    </div>
  );
}
