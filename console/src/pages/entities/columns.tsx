import type { TableColumnsType } from "antd";
import { Link } from "react-router";
import type { EntitySummary } from "../../api/types";
import { to } from "../../app/paths";
import { entityLabel } from "../../components/entityLabel";
import { Moment } from "../../components/Moment";
import { Badge } from "../../components/Status";
import { useText, word } from "../../i18n/text";

export function useEntityColumns(): TableColumnsType<EntitySummary> {
  const t = useText();
  const count = (title: string, of: (entity: EntitySummary) => number) => ({
    title,
    width: 80,
    align: "right" as const,
    render: (_: unknown, entity: EntitySummary) => <span className="number">{of(entity)}</span>,
  });
  return [
    {
      title: t.common.entity,
      render: (_, entity) => (
        <div>
          <Link
            to={to.entity(entity)}
            className="mono"
            title={entity.value}
            onClick={(click) => click.stopPropagation()}
          >
            {entityLabel(entity)}
          </Link>
          <div className="row" style={{ gap: 4 }}>
            <span className="muted">{word(t.words.entity, entity.type)}</span>
            {entity.malicious && <Badge tone="bad">{t.common.maliciousTag}</Badge>}
            {entity.is_asset && <Badge tone="info">{t.entities.isAsset}</Badge>}
          </div>
        </div>
      ),
    },
    count(t.shell.nav.alerts, (entity) => entity.alert_count),
    count(t.shell.nav.events, (entity) => entity.event_count),
    {
      title: t.entities.roles,
      width: 190,
      align: "right",
      render: (_, entity) => (
        <span className="number">
          {entity.attacker_count} / {entity.victim_count} / {entity.artefact_count}
        </span>
      ),
    },
    { title: t.entities.firstSeen, width: 112, render: (_, entity) => <Moment at={entity.first_time} /> },
    { title: t.entities.lastSeen, width: 112, render: (_, entity) => <Moment at={entity.last_time} /> },
  ];
}
