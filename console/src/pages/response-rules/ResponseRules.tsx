import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Popconfirm, Switch, type TableColumnsType } from "antd";
import { Link, useNavigate } from "react-router";
import { useResponseSettings } from "../../api/disposal";
import {
  useDeleteResponseRule,
  usePlaybooks,
  useResponseFields,
  useResponseRules,
  useSwitchResponseRule,
} from "../../api/response";
import { useMay } from "../../api/session";
import type { ResponseAction, ResponseRule } from "../../api/types";
import { to } from "../../app/paths";
import { useConditionText } from "../../components/conditionText";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Badge } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { formatDuration } from "../../format/duration";
import { useLocal, useText, word } from "../../i18n/text";

/** What happens by itself. */
export default function ResponseRules() {
  const t = useText();
  const navigate = useNavigate();
  const rows = whole(useResponseRules());
  const paused = useResponseSettings().data?.paused;
  const create = (
    <Link to={to.responseRuleNew()}>
      <Button type="primary" icon={<PlusOutlined />}>
        {t.responseRules.create}
      </Button>
    </Link>
  );
  return (
    <Page>
      <PageHead title={t.responseRules.title} subtitle={t.responseRules.subtitle}>
        {create}
      </PageHead>
      {paused && (
        <Alert
          type="warning"
          showIcon
          title={t.responseRules.paused}
          action={<Link to={to.disposal()}>{t.responseRules.resume}</Link>}
          style={{ marginBottom: 12 }}
        />
      )}
      <PagedTable
        rows={rows}
        rowKey={(rule) => rule.id}
        columns={useColumns()}
        onOpen={(rule) => void navigate(to.responseRule(rule.id))}
        empty={<Nothing title={t.responseRules.emptyTitle} hint={t.responseRules.empty} action={create} />}
      />
    </Page>
  );
}

function useColumns(): TableColumnsType<ResponseRule> {
  const t = useText();
  const local = useLocal();
  const conditionText = useConditionText(useResponseFields().data);
  const actionText = useActionText();
  return [
    { title: t.common.enabled, width: 84, render: (_, rule) => <EnabledSwitch rule={rule} /> },
    { title: t.responseRules.priority, width: 78, align: "right", dataIndex: "priority" },
    {
      title: t.common.name,
      width: 260,
      render: (_, rule) => (
        <div>
          <div className="row" style={{ fontWeight: 500 }}>
            {rule.name}
            {rule.suspended && (
              <Badge tone="bad" hint={local(rule.suspended)}>
                {t.responseRules.suspended}
              </Badge>
            )}
          </div>
          <div className="muted">{t.words.trigger[rule.trigger]}</div>
        </div>
      ),
    },
    { title: t.conditions.title, render: (_, rule) => conditionText(rule.condition) },
    {
      title: t.responseRules.actions,
      width: 280,
      render: (_, rule) => rule.actions.map((action, index) => <div key={index}>{actionText(action)}</div>),
    },
    {
      title: t.responseRules.fired,
      width: 84,
      align: "right",
      render: (_, rule) => <span className="number">{rule.fired_count}</span>,
    },
    { title: t.responseRules.lastFired, width: 116, render: (_, rule) => <Moment at={rule.last_fired} /> },
    { title: "", width: 80, align: "right", render: (_, rule) => <Delete id={rule.id} /> },
  ];
}

/** An action in words. */
function useActionText(): (action: ResponseAction) => string {
  const t = useText();
  const local = useLocal();
  const playbooks = usePlaybooks().data ?? [];
  const { action: names, summaryRun, summarySet } = t.responseRules;
  return (action) => {
    switch (action.action) {
      case "run_playbook": {
        const playbook = playbooks.find((candidate) => candidate.id === action.playbook_id);
        return summaryRun(
          playbook ? local(playbook.name) : action.playbook_id,
          action.role ? word(t.words.role, action.role) : t.responseRules.anyRole,
          word(t.words.entity, action.entity_kind),
          action.duration_seconds
            ? formatDuration(action.duration_seconds, t.words.duration)
            : t.responseRules.ownDuration,
        );
      }
      case "change_status":
        return summarySet(names.change_status, t.words.status[action.status]);
      case "change_level":
        return summarySet(names.change_level, word(t.words.level, action.level));
      case "add_tag":
        return summarySet(names.add_tag, action.tag);
      case "assign_owner":
        return summarySet(names.assign_owner, action.owner);
    }
  };
}

function EnabledSwitch({ rule }: { rule: ResponseRule }) {
  const t = useText().common;
  const tell = useTell();
  const change = useSwitchResponseRule();
  const may = useMay("admin");
  return (
    <span onClick={(event) => event.stopPropagation()} role="presentation">
      <Switch
        size="small"
        checked={rule.enabled}
        loading={change.isPending}
        disabled={!may}
        aria-label={`${t.enabled}: ${rule.name}`}
        onChange={(enabled) => change.mutate({ id: rule.id, enabled }, { onError: tell.failed })}
      />
    </span>
  );
}

function Delete({ id }: { id: string }) {
  const t = useText().common;
  const tell = useTell();
  const remove = useDeleteResponseRule();
  const may = useMay("admin");
  if (!may) return null;
  return (
    <span onClick={(event) => event.stopPropagation()} role="presentation">
      <Popconfirm title={t.deleteSure} onConfirm={() => remove.mutate(id, { onError: tell.failed })}>
        <Button type="link" size="small" danger>
          {t.delete}
        </Button>
      </Popconfirm>
    </span>
  );
}
