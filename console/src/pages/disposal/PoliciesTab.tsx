import { Button, Checkbox, Dropdown, Popconfirm, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { useExtendPolicy, usePolicies, useUndoPolicy } from "../../api/disposal";
import { useMay } from "../../api/session";
import type { Policy } from "../../api/types";
import { to } from "../../app/paths";
import { EntityChip } from "../../components/EntityChip";
import { FilterBar, ManyFilter, optionsOf, TextFilter } from "../../components/FilterBar";
import { Countdown, Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Status, toneOf } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { choice, list, text, type Codec } from "../../filters/codec";
import { useFilters } from "../../filters/useFilters";
import { formatDuration } from "../../format/duration";
import { useLocal, useText, word } from "../../i18n/text";
import css from "./Disposal.module.css";
import { PolicyTasks } from "./PolicyTasks";

interface Filters {
  active: "no" | "yes";
  status: string[];
  entity: string;
  event: string;
}

const codec: Codec<Filters> = {
  active: choice("no", "yes"),
  status: list(["initial", "succeeded", "failed", "deleted"]),
  entity: text(),
  event: text(),
};

/** What (entity) × how (playbook) × where × until when; one row opens on its tasks. */
export function PoliciesTab() {
  const t = useText();
  const { filters, set, clear, active } = useFilters(codec);
  const rows = usePolicies({
    status: filters.status.length > 0 ? filters.status : undefined,
    entity: filters.entity || undefined,
    event: filters.event || undefined,
    active: filters.active === "yes" ? true : undefined,
  });
  return (
    <>
      <div className={css.bar}>
        <FilterBar onClear={active ? clear : undefined}>
          <Checkbox checked={filters.active === "yes"} onChange={(e) => set({ active: e.target.checked ? "yes" : "no" })}>
            {t.disposal.activeOnly}
          </Checkbox>
          <ManyFilter
            label={t.common.status}
            value={filters.status}
            options={optionsOf(t.words.policy)}
            onChange={(status) => set({ status })}
          />
          <TextFilter
            width={200}
            value={filters.entity}
            placeholder={t.events.entityFilter}
            onChange={(entity) => set({ entity })}
          />
        </FilterBar>
      </div>
      <PagedTable
        rows={rows}
        rowKey={(policy) => policy.id}
        columns={useColumns()}
        width={1040}
        empty={<Nothing title={t.disposal.policyEmpty} hint={t.disposal.policyEmptyHint} />}
        expandable={{ columnWidth: 36, expandedRowRender: (policy) => <PolicyTasks id={policy.id} /> }}
      />
    </>
  );
}

function useColumns(): TableColumnsType<Policy> {
  const t = useText();
  const local = useLocal();
  return [
    { title: t.common.entity, width: 170, render: (_, policy) => <EntityChip entity={policy.entity} /> },
    {
      title: t.disposal.playbook,
      render: (_, policy) => (
        <div>
          {local(policy.playbook.name)}
          <div
            className="mono muted"
            title={policy.scope.map((member) => `${member.account} ${member.instance}`).join("\n")}
          >
            {policy.scope[0]?.instance}
            {policy.scope.length > 1 && ` +${policy.scope.length - 1}`}
          </div>
        </div>
      ),
    },
    {
      title: t.disposal.source,
      width: 130,
      render: (_, policy) => (
        <div>
          {word(t.words.policySource, policy.source)}
          <div>{policy.origin_event && <Link to={to.event(policy.origin_event)}>{t.disposal.event}</Link>}</div>
        </div>
      ),
    },
    {
      title: t.common.status,
      width: 118,
      render: (_, policy) => (
        <Status tone={toneOf(policy.status)} hint={`${t.common.code} ${policy.status_code}`}>
          {word(t.words.policy, policy.status)}
        </Status>
      ),
    },
    { title: t.disposal.tasks, width: 120, render: (_, policy) => <Tally tasks={policy.tasks} /> },
    {
      title: t.disposal.expiresIn,
      width: 130,
      render: (_, policy) =>
        policy.status === "deleted" ? <span className="muted">—</span> : <Countdown until={policy.valid_until} />,
    },
    { title: t.common.created, width: 100, render: (_, policy) => <Moment at={policy.created_at} /> },
    { title: "", width: 144, align: "right", render: (_, policy) => <PolicyActions policy={policy} /> },
  ];
}

function Tally({ tasks }: { tasks: Policy["tasks"] }) {
  const t = useText().disposal;
  const parts = [
    ["good", tasks.ok, t.ok],
    ["bad", tasks.failed, t.failed],
    ["busy", tasks.pending, t.pending],
  ] as const;
  return (
    <span className={css.tally}>
      {parts
        .filter(([, count]) => count > 0)
        .map(([tone, count, label]) => (
          <span key={tone} data-tone={tone}>
            {count} {label}
          </span>
        ))}
    </span>
  );
}

const EXTENSIONS = [3_600, 86_400, 7 * 86_400, 30 * 86_400];

function PolicyActions({ policy }: { policy: Policy }) {
  const t = useText();
  const tell = useTell();
  const undo = useUndoPolicy();
  const extend = useExtendPolicy();
  const may = useMay("responder");
  // Nothing to lift or lengthen once the time is over.
  const over = policy.status === "deleted" || !policy.expires_in_seconds;
  if (over || !may) return null;
  const extendBy = (seconds: number) =>
    extend.mutate(
      { id: policy.id, valid_until: new Date(Date.parse(policy.valid_until) + seconds * 1000).toISOString() },
      { onSuccess: () => tell.done(t.disposal.extended), onError: tell.failed },
    );
  return (
    <span className="row" style={{ justifyContent: "flex-end" }}>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: EXTENSIONS.map((seconds) => ({
            key: String(seconds),
            label: `+ ${formatDuration(seconds, t.words.duration)}`,
          })),
          onClick: ({ key }) => extendBy(Number(key)),
        }}
      >
        <Button size="small" loading={extend.isPending}>
          {t.disposal.extend}
        </Button>
      </Dropdown>
      <Popconfirm
        title={<div style={{ maxWidth: 300 }}>{t.disposal.undoSure}</div>}
        onConfirm={() =>
          undo.mutate(policy.id, { onSuccess: () => tell.done(t.disposal.undone), onError: tell.failed })
        }
      >
        <Button size="small" danger loading={undo.isPending}>
          {t.disposal.undo}
        </Button>
      </Popconfirm>
    </span>
  );
}
