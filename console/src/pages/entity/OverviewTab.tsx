import type { TableColumnsType } from "antd";
import { Button } from "antd";
import { Link } from "react-router";
import { useEntityDays, useRelatedEntities } from "../../api/entities";
import type { EntityDay, EntityDetail, RelatedEntity } from "../../api/types";
import { to } from "../../app/paths";
import { EntityChip } from "../../components/EntityChip";
import { Failure } from "../../components/Failure";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Panel } from "../../components/PageHead";
import { useLocal, useText } from "../../i18n/text";
import css from "./EntityPage.module.css";

/** When it was seen, how common it is, by which rules, and with whom. */
export function OverviewTab({ entity, onAlert }: { entity: EntityDetail; onAlert: (id: string) => void }) {
  return (
    <div className="stack">
      <Days entity={entity} />
      <Prevalence entity={entity} />
      <Rules entity={entity} />
      <Related entity={entity} onAlert={onAlert} />
    </div>
  );
}

function Days({ entity }: { entity: EntityDetail }) {
  const t = useText().entities;
  const days = useEntityDays(entity);
  const most = Math.max(0, ...(days.data ?? []).map((day) => day.alerts));
  if (days.error) return <Failure error={days.error} onRetry={() => void days.refetch()} />;
  return (
    <Panel title={t.activity}>
      <div className={css.bars} role="img" aria-label={t.activity}>
        {(days.data ?? []).map((day) => (
          <span
            key={day.day}
            className={css.bar}
            data-some={day.alerts > 0}
            style={{ blockSize: `${most > 0 ? (day.alerts / most) * 100 : 0}%` }}
            title={t.onDay(dayOf(day), day.alerts)}
          />
        ))}
      </div>
      {days.data && days.data.length > 0 && (
        <div className={css.axis}>
          <span>{dayOf(days.data[0])}</span>
          <span>{t.mostOnADay(most)}</span>
          <span>{dayOf(days.data[days.data.length - 1])}</span>
        </div>
      )}
    </Panel>
  );
}

const dayOf = (day: EntityDay | undefined) => day?.day.slice(0, 10) ?? "";

function Prevalence({ entity }: { entity: EntityDetail }) {
  const t = useText().entities;
  return (
    <Panel title={t.prevalence}>
      <div className={css.table}>
        <table>
          <thead>
            <tr>
              <th />
              <th>{t.ofAlerts}</th>
              <th>{t.ofHours}</th>
              <th>{t.ofHosts}</th>
            </tr>
          </thead>
          <tbody>
            {entity.prevalence.map((period) => (
              <tr key={period.days}>
                <td>{t.days(period.days)}</td>
                {[period.alerts, period.hours, period.hosts].map((share, index) => (
                  <td key={index} className="number" title={t.share(share.count, share.of)}>
                    {percent(share.count, share.of)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function percent(count: number, of: number): string {
  if (of === 0) return "—";
  const share = (count / of) * 100;
  return `${share > 0 && share < 1 ? "<1" : Math.round(share)} %`;
}

function Rules({ entity }: { entity: EntityDetail }) {
  const t = useText();
  const local = useLocal();
  if (entity.rules.length === 0) return null;
  return (
    <Panel title={t.entities.rules}>
      <div className={css.table}>
        <table>
          <tbody>
            {entity.rules.map((rule) => (
              <tr key={rule.id}>
                <td>
                  <Link to={to.rules({ rule: rule.id })}>{local(rule.title)}</Link>
                </td>
                <td className="number">{t.event.alertsWith(rule.alert_count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Related({ entity, onAlert }: { entity: EntityDetail; onAlert: (id: string) => void }) {
  const t = useText();
  const rows = whole(useRelatedEntities(entity));
  const columns: TableColumnsType<RelatedEntity> = [
    { title: t.entities.related, render: (_, related) => <EntityChip entity={related} /> },
    {
      title: t.entities.together,
      width: 150,
      align: "right",
      render: (_, related) => <span className="number">{related.alert_count}</span>,
    },
    {
      title: t.entities.newest,
      width: 150,
      render: (_, related) => (
        <Button type="link" size="small" onClick={() => onAlert(related.newest_alert)}>
          <Moment at={related.newest_time} />
        </Button>
      ),
    },
  ];
  return (
    <PagedTable
      rows={rows}
      rowKey={(related) => `${related.type}:${related.value}`}
      columns={columns}
      width={560}
      empty={<Nothing title={t.entities.relatedEmpty} />}
    />
  );
}
