import { PlusOutlined } from "@ant-design/icons";
import { Button, Popconfirm, Select, Switch, Tabs, type TableColumnsType } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { EXPORT_URL, useEnableConnected, useRules, useSwitchRule } from "../../api/rules";
import type { RuleQuery } from "../../api/queries";
import { useMay } from "../../api/session";
import { useSourceProducts } from "../../api/sources";
import type { Rule } from "../../api/types";
import { to } from "../../app/paths";
import { FilterBar, ManyFilter, TextFilter } from "../../components/FilterBar";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Badge, Status } from "../../components/Status";
import { TacticNames } from "../../components/Tactics";
import { useTell } from "../../components/useTell";
import { choice, list, text, type Codec } from "../../filters/codec";
import { useFilters, useUrlValue, type FilterState } from "../../filters/useFilters";
import { useLocal, useText } from "../../i18n/text";
import { ImportDialog } from "./ImportDialog";
import { PatternsTab } from "./PatternsTab";
import { RuleBulkBar } from "./RuleBulkBar";
import { RuleDrawer } from "./RuleDrawer";
import { useRuleList } from "./useRuleList";

interface Filters {
  /** Which tab: rules of one origin, or the patterns that make events of several. */
  origin: "predefined" | "custom" | "patterns";
  text: string;
  enabled: "any" | "true" | "false";
  product: string[];
}

const codec: Codec<Filters> = {
  origin: choice("predefined", "custom", "patterns"),
  text: text(),
  enabled: choice("any", "true", "false"),
  product: list(),
};

function toQuery(filters: Filters): RuleQuery {
  return {
    origin: filters.origin === "custom" ? "custom" : "predefined",
    text: filters.text || undefined,
    enabled: filters.enabled === "any" ? undefined : filters.enabled === "true",
    product: filters.product.length > 0 ? filters.product : undefined,
  };
}

export default function Rules() {
  const t = useText();
  const state = useFilters(codec);
  const { filters, set } = state;
  const [importing, setImporting] = useState(false);
  const may = useMay("admin");
  return (
    <Page>
      <PageHead title={t.rules.title}>
        <EnableConnected />
        {filters.origin === "custom" && (
          <>
            <Button disabled={!may} onClick={() => setImporting(true)}>
              {t.rules.import}
            </Button>
            <Button href={EXPORT_URL} download>
              {t.rules.export}
            </Button>
          </>
        )}
        <Link to={to.ruleNew()}>
          <Button type="primary" icon={<PlusOutlined />}>
            {t.rules.create}
          </Button>
        </Link>
      </PageHead>
      <Tabs
        activeKey={filters.origin}
        onChange={(origin) => set({ origin: origin as Filters["origin"] })}
        items={[
          ...(["predefined", "custom"] as const).map((key) => ({ key, label: t.rules.tabs[key] })),
          { key: "patterns", label: t.patterns.title },
        ]}
        style={{ marginBottom: 10 }}
      />
      {filters.origin === "patterns" ? <PatternsTab /> : <RuleList state={state} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </Page>
  );
}

function RuleList({ state }: { state: FilterState<Filters> }) {
  const t = useText();
  const { filters, set } = state;
  const [open, setOpen] = useUrlValue("rule");
  const rows = useRules(toQuery(filters));
  const deletable = filters.origin === "custom";
  const list = useRuleList(rows.items, deletable, setOpen);
  const filtered = filters.text !== "" || filters.enabled !== "any" || filters.product.length > 0;
  return (
    <>
      <RuleFilters state={state} onClear={filtered ? () => set({ text: "", enabled: "any", product: [] }) : undefined} />
      <PagedTable
        rows={rows}
        rowKey={(rule) => rule.id}
        columns={useColumns()}
        width={1060}
        currentId={open || list.at}
        rowSelection={{
          columnWidth: 36,
          selectedRowKeys: list.selected,
          onChange: (keys) => list.select(keys.map(String)),
        }}
        onOpen={(rule) => setOpen(rule.id)}
        empty={
          <Nothing
            title={t.rules.emptyTitle}
            hint={filters.origin === "custom" && !filtered ? t.rules.emptyCustom : t.rules.emptyFiltered}
          />
        }
      />
      {list.selected.length > 0 && (
        <RuleBulkBar
          count={list.selected.length}
          deletable={deletable}
          onChange={list.apply}
          onDelete={list.askToRemove}
          onClear={list.clear}
        />
      )}
      <RuleDrawer id={open} onClose={() => setOpen("")} />
    </>
  );
}

function RuleFilters({ state, onClear }: { state: FilterState<Filters>; onClear: (() => void) | undefined }) {
  const t = useText();
  const local = useLocal();
  const { filters, set } = state;
  const products = useSourceProducts().data ?? [];
  return (
    <FilterBar onClear={onClear}>
      <TextFilter value={filters.text} placeholder={t.rules.search} onChange={(value) => set({ text: value })} />
      <Select
        aria-label={t.rules.enablingStatus}
        popupMatchSelectWidth={false}
        value={filters.enabled}
        options={(["any", "true", "false"] as const).map((value) => ({ value, label: t.rules.enabledFilter[value] }))}
        onChange={(enabled) => set({ enabled })}
      />
      <ManyFilter
        label={t.rules.logs}
        width={180}
        value={filters.product}
        options={products.map((item) => ({ value: item.product, label: local(item.title) }))}
        onChange={(product) => set({ product })}
      />
    </FilterBar>
  );
}

/** One click: every predefined rule whose logs arrive is on (S19). */
function EnableConnected() {
  const t = useText().rules;
  const tell = useTell();
  const enable = useEnableConnected();
  const may = useMay("admin");
  return (
    <Popconfirm
      title={t.enableConnected}
      description={<div style={{ maxWidth: 300 }}>{t.enableConnectedSure}</div>}
      disabled={!may}
      onConfirm={() =>
        enable.mutate(undefined, { onSuccess: ({ enabled }) => tell.done(t.enabledNow(enabled)), onError: tell.failed })
      }
    >
      <Button disabled={!may} loading={enable.isPending}>
        {t.enableConnected}
      </Button>
    </Popconfirm>
  );
}

function useColumns(): TableColumnsType<Rule> {
  const t = useText();
  const local = useLocal();
  return [
    { title: t.rules.enablingStatus, width: 112, render: (_, rule) => <RuleSwitch rule={rule} /> },
    { title: t.common.level, width: 92, render: (_, rule) => <LevelTag level={rule.level} /> },
    {
      title: t.rules.rule,
      render: (_, rule) => (
        <div>
          <div className="row" style={{ fontWeight: 500 }}>
            {local(rule.title)}
            {rule.testing && (
              <Badge tone="info" hint={t.rules.testingHint}>
                {t.rules.testing}
              </Badge>
            )}
            {rule.metrics?.paused && (
              <Badge tone="bad" hint={t.rules.pausedHint}>
                {t.rules.paused}
              </Badge>
            )}
            {rule.problem && (
              <Badge tone="bad" hint={rule.problem}>
                {t.rules.problem}
              </Badge>
            )}
          </div>
          <div className="mono muted">{rule.id}</div>
        </div>
      ),
    },
    {
      title: t.rules.logs,
      width: 180,
      render: (_, rule) => (
        <Status tone={rule.source_connected ? "good" : "idle"} hint={rule.source_connected ? t.rules.connected : t.rules.notConnected}>
          <span>
            {rule.products.map((product) => (
              <div key={product}>{product}</div>
            ))}
          </span>
        </Status>
      ),
    },
    { title: t.common.tactic, width: 150, render: (_, rule) => <TacticNames tactics={rule.tactics} /> },
    { title: t.rules.generation, width: 130, render: (_, rule) => t.words.method[rule.aggregation] },
    {
      title: t.rules.alerts24h,
      width: 88,
      align: "right",
      render: (_, rule) => <span className={rule.alerts_24h > 0 ? "number" : "number muted"}>{rule.alerts_24h}</span>,
    },
    { title: t.rules.lastMatch, width: 104, render: (_, rule) => <Moment at={rule.last_match} /> },
  ];
}

export function RuleSwitch({ rule }: { rule: Rule }) {
  const t = useText();
  const local = useLocal();
  const tell = useTell();
  const change = useSwitchRule();
  const may = useMay("admin");
  return (
    <span onClick={(event) => event.stopPropagation()} role="presentation">
      <Switch
        size="small"
        checked={change.isPending ? change.variables.enabled === true : rule.enabled}
        disabled={!may}
        aria-label={`${t.rules.enablingStatus}: ${local(rule.title)}`}
        onChange={(enabled) => change.mutate({ id: rule.id, enabled }, { onError: tell.failed })}
      />
    </span>
  );
}
