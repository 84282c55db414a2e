import { Table, type TableColumnsType } from "antd";
import { Link } from "react-router";
import type { EntityTag } from "../../api/types";
import { to } from "../../app/paths";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { Panel } from "../../components/PageHead";
import { Badge } from "../../components/Status";
import { useLocal, useText } from "../../i18n/text";

/** Who called it malicious, since when and why, and who took that back. */
export function TagsTab({ tags }: { tags: EntityTag[] }) {
  const t = useText();
  const local = useLocal();
  const columns: TableColumnsType<EntityTag> = [
    {
      title: t.entities.by,
      width: 260,
      render: (_, tag) => (
        <div>
          <span className="muted">{t.words.tagSource[tag.by]}</span>{" "}
          {tag.by === "rule" || tag.by === "vendor" ? (
            <Link to={to.rules({ rule: tag.reference })}>{local(tag.name)}</Link>
          ) : (
            <strong>{local(tag.name)}</strong>
          )}
        </div>
      ),
    },
    { title: t.entities.since, width: 120, render: (_, tag) => <Moment at={tag.at} /> },
    { title: t.common.reason, render: (_, tag) => local(tag.reason) },
    {
      title: t.entities.state,
      width: 280,
      render: (_, tag) =>
        tag.removed ? (
          <div>
            {t.entities.removed(tag.removed.by)} <Moment at={tag.removed.at} />
            <div className="muted">{local(tag.removed.reason)}</div>
          </div>
        ) : (
          <Badge tone="bad">{t.entities.holds}</Badge>
        ),
    },
  ];
  return (
    <Panel>
      <Table<EntityTag>
        size="small"
        rowKey={(tag) => `${tag.by} ${tag.reference} ${tag.at} ${tag.name.en} ${tag.removed?.at ?? ""}`}
        columns={columns}
        dataSource={tags}
        pagination={false}
        scroll={{ x: 760 }}
        locale={{ emptyText: <Nothing title={t.entities.tagsEmpty} /> }}
      />
    </Panel>
  );
}
