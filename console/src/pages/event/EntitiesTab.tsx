import type { TableColumnsType } from "antd";
import { Link } from "react-router";
import { useEventEntities } from "../../api/events";
import type { Entity } from "../../api/types";
import { to } from "../../app/paths";
import { EntityChip } from "../../components/EntityChip";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Badge } from "../../components/Status";
import { useText, word } from "../../i18n/text";

/** Who and what took part, attackers first. */
export function EntitiesTab({ id }: { id: string }) {
  const t = useText();
  const rows = whole(useEventEntities(id));
  const columns: TableColumnsType<Entity> = [
    { title: t.common.entity, render: (_, entity) => <EntityChip entity={entity} /> },
    { title: t.entities.type, width: 112, render: (_, entity) => word(t.words.entity, entity.type) },
    {
      title: t.entities.role,
      width: 176,
      render: (_, entity) => (
        <span className="row" style={{ gap: 4 }}>
          <Badge tone={entity.role === "attacker" ? "bad" : entity.role === "victim" ? "info" : "idle"}>
            {t.words.role[entity.role]}
          </Badge>
          {entity.malicious && <Badge tone="bad">{t.common.maliciousTag}</Badge>}
          {entity.is_asset && entity.role !== "victim" && <Badge tone="info">{t.event.asset}</Badge>}
        </span>
      ),
    },
    {
      title: t.events.alertCount,
      width: 72,
      align: "right",
      render: (_, entity) => <span className="number">{entity.alert_count}</span>,
    },
    {
      title: "",
      width: 84,
      align: "right",
      render: (_, entity) => <Link to={to.entity(entity)}>{t.common.entityMenu.page}</Link>,
    },
  ];
  return (
    <PagedTable
      rows={rows}
      rowKey={(entity) => `${entity.type}:${entity.value}`}
      columns={columns}
      width={660}
      empty={<Nothing title={t.event.noEntities} />}
    />
  );
}
