import { Button, Select, Tabs, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { useAlerts, useAlertTabs } from "../../api/alerts";
import type { AlertQuery } from "../../api/queries";
import type { Alert } from "../../api/types";
import { to } from "../../app/paths";
import { AlertDrawer } from "../../components/AlertDrawer";
import { EntityChips } from "../../components/EntityChip";
import { FilterBar, ManyFilter, optionsOf, TextFilter } from "../../components/FilterBar";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Badge } from "../../components/Status";
import { TacticNames } from "../../components/Tactics";
import { choice, list, text, type Codec } from "../../filters/codec";
import { whitelistFrom } from "../../filters/prefill";
import { useFilters, useUrlValue } from "../../filters/useFilters";
import { useLocal, useText, word } from "../../i18n/text";

const RANGES = ["any", "1h", "24h", "7d", "30d"] as const;
const OUTCOMES = ["any", "in_event", "no_event", "testing", "whitelisted"] as const;
const HOURS = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

interface Filters {
  tab: string;
  text: string;
  level: string[];
  side: string[];
  entity: string;
  rule: string;
  status: "any" | "in_event" | "no_event" | "testing" | "whitelisted";
  range: (typeof RANGES)[number];
}

const codec: Codec<Filters> = {
  tab: text("aggregate"),
  text: text(),
  level: list(["5", "4", "3", "2", "1"]),
  side: list(["network", "host"]),
  entity: text(),
  rule: text(),
  status: choice("any", "in_event", "no_event", "testing", "whitelisted"),
  range: choice(...RANGES),
};

/** The start of the range, cut to ten minutes so that one filter stays one query for a while. */
function start(range: Filters["range"]): string | undefined {
  if (range === "any") return undefined;
  const step = 600_000;
  return new Date(Math.floor(Date.now() / step) * step - HOURS[range] * 3_600_000).toISOString();
}

function toQuery(filters: Filters): AlertQuery {
  const many = (values: string[]) => (values.length > 0 ? values : undefined);
  const one = (value: string) => (value === "" ? undefined : [value]);
  return {
    tab: filters.tab,
    text: filters.text || undefined,
    level: many(filters.level)?.map(Number),
    side: many(filters.side),
    entity: one(filters.entity),
    rule: one(filters.rule),
    status: filters.status === "any" ? undefined : filters.status,
    from: start(filters.range),
  };
}

export default function Alerts() {
  const t = useText();
  const local = useLocal();
  const state = useFilters(codec);
  const { filters, set } = state;
  const [open, setOpen] = useUrlValue("alert");
  const tabs = useAlertTabs();
  const rows = useAlerts(toQuery(filters));
  const shown = rows.items.find((alert) => alert.id === open);
  const filtered = Object.keys(toQuery({ ...filters, tab: "" })).length > 0 && state.active;
  return (
    <Page>
      <PageHead title={t.alerts.title} subtitle={t.alerts.subtitle} />
      <Tabs
        activeKey={filters.tab}
        onChange={(tab) => set({ tab })}
        items={(tabs.data ?? []).map((tab) => ({
          key: tab.tab,
          label: (
            <span>
              {local(tab.title)} <span className="muted number">{tab.count}</span>
            </span>
          ),
        }))}
        style={{ marginBottom: 10 }}
      />
      <AlertFilters filters={filters} set={set} onClear={filtered ? state.clear : undefined} />
      <PagedTable
        rows={rows}
        rowKey={(alert) => alert.id}
        columns={useColumns()}
        width={1040}
        currentId={open}
        onOpen={(alert) => setOpen(alert.id)}
        empty={
          <Nothing
            title={t.alerts.emptyTitle}
            hint={filtered ? t.alerts.emptyFiltered : t.alerts.empty}
            action={
              <Link to={to.rules()}>
                <Button>{t.alerts.enableRules}</Button>
              </Link>
            }
          />
        }
      />
      <AlertDrawer
        id={open}
        onClose={() => setOpen("")}
        extra={
          shown && (
            <Link to={to.whitelist(whitelistFrom(shown))}>
              <Button size="small">{t.event.createWhitelist}</Button>
            </Link>
          )
        }
      />
    </Page>
  );
}

function AlertFilters(props: {
  filters: Filters;
  set: (change: Partial<Filters>) => void;
  onClear: (() => void) | undefined;
}) {
  const t = useText();
  const { filters, set, onClear } = props;
  return (
    <FilterBar onClear={onClear}>
      <TextFilter value={filters.text} placeholder={t.alerts.search} onChange={(value) => set({ text: value })} />
      <ManyFilter
        label={t.common.level}
        value={filters.level}
        options={optionsOf(t.words.level).reverse()}
        onChange={(level) => set({ level })}
      />
      <ManyFilter
        label={t.common.side}
        value={filters.side}
        options={optionsOf(t.words.side)}
        onChange={(side) => set({ side })}
      />
      <Select
        aria-label={t.alerts.statusFilter}
        popupMatchSelectWidth={false}
        value={filters.status}
        options={OUTCOMES.map((value) => ({ value, label: t.alerts.outcome[value] }))}
        onChange={(status) => set({ status })}
      />
      <TextFilter
        plain
        width={170}
        value={filters.entity}
        placeholder={t.events.entityFilter}
        onChange={(entity) => set({ entity })}
      />
      <TextFilter
        plain
        width={150}
        value={filters.rule}
        placeholder={t.alerts.ruleFilter}
        onChange={(rule) => set({ rule })}
      />
      <Select
        aria-label={t.common.time}
        popupMatchSelectWidth={false}
        value={filters.range}
        options={RANGES.map((value) => ({ value, label: t.events.range[value] }))}
        onChange={(range) => set({ range })}
      />
    </FilterBar>
  );
}

function useColumns(): TableColumnsType<Alert> {
  const t = useText();
  const local = useLocal();
  return [
    { title: t.common.time, width: 104, render: (_, alert) => <Moment at={alert.time} /> },
    { title: t.common.level, width: 88, render: (_, alert) => <LevelTag level={alert.level} /> },
    {
      title: t.common.title,
      render: (_, alert) => (
        <div>
          <div style={{ fontWeight: 500 }}>{local(alert.title)}</div>
          <div className="muted">
            {alert.products.join(", ")} · {t.words.side[alert.side]} · {t.words.method[alert.aggregation]}
          </div>
        </div>
      ),
    },
    {
      title: t.common.entities,
      width: 300,
      render: (_, alert) => <EntityChips entities={alert.entities} max={2} />,
    },
    { title: t.common.tactic, width: 140, render: (_, alert) => <TacticNames tactics={alert.tactics} /> },
    {
      title: t.alerts.records,
      width: 78,
      align: "right",
      render: (_, alert) => <span className="number">{alert.record_count}</span>,
    },
    { title: t.alerts.event, width: 124, render: (_, alert) => <Outcome alert={alert} /> },
  ];
}

function Outcome({ alert }: { alert: Alert }) {
  const t = useText();
  if (alert.event_id) {
    return (
      <Link to={to.event(alert.event_id)} className="mono" onClick={(event) => event.stopPropagation()}>
        {alert.event_id.slice(0, 12)}…
      </Link>
    );
  }
  if (alert.testing) return <Badge tone="info">{t.alerts.testing}</Badge>;
  return (
    <span className="muted" title={alert.no_event_reason ? word(t.words.noEvent, alert.no_event_reason) : ""}>
      {t.alerts.outcome.no_event}
    </span>
  );
}
