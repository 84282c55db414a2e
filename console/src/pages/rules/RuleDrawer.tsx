import { Button, Collapse, Drawer, Popconfirm } from "antd";
import { Link } from "react-router";
import { useDeleteRule, useRule, useSwitchRule } from "../../api/rules";
import { useMay } from "../../api/session";
import type { RuleDetail } from "../../api/types";
import { to } from "../../app/paths";
import { CodeBlock, Identifier } from "../../components/Copy";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { LevelTag } from "../../components/Level";
import { Loading } from "../../components/Loading";
import { TacticNames } from "../../components/Tactics";
import { useTell } from "../../components/useTell";
import { useLocal, useText } from "../../i18n/text";
import { BacktestPanel } from "./BacktestPanel";

/** One rule: what it is, its text and its tests. */
export function RuleDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const local = useLocal();
  const rule = useRule(id);
  return (
    <Drawer
      open={id !== ""}
      onClose={onClose}
      size={720}
      title={
        rule.data && (
          <span className="row">
            <LevelTag level={rule.data.level} />
            {local(rule.data.title)}
          </span>
        )
      }
      extra={rule.data && <Actions rule={rule.data} onDeleted={onClose} />}
    >
      {rule.error && <Failure error={rule.error} onRetry={() => void rule.refetch()} />}
      {rule.isLoading && <Loading />}
      {rule.data && <Body rule={rule.data} />}
    </Drawer>
  );
}

function Body({ rule }: { rule: RuleDetail }) {
  const t = useText();
  const local = useLocal();
  return (
    <div className="stack">
      <div>{local(rule.description)}</div>
      <Facts
        facts={[
          [t.common.id, <Identifier key="id" id={rule.id} />],
          [t.rules.generation, t.words.method[rule.aggregation]],
          [t.rules.category, rule.category],
          [t.rules.logs, rule.products.join(", ")],
          [t.common.tactic, <TacticNames key="tactics" tactics={rule.tactics} />],
          [t.rules.techniques, rule.techniques.join(", ")],
          [t.rules.problem, rule.problem],
          [t.rules.metrics, rule.metrics && t.rules.metricsLine(rule.metrics.matches, rule.metrics.alerts, rule.metrics.microseconds)],
          [t.rules.paused, rule.metrics?.paused && t.rules.pausedHint],
          [
            t.rules.tests,
            rule.tests.length === 0
              ? t.rules.noTests
              : rule.tests.map((test) => <div key={test.name}>{t.rules.testLine(test.name, test.alerts)}</div>),
          ],
        ]}
      />
      <CodeBlock text={rule.text} label={t.rules.text} />
      {!rule.problem && (
        <Collapse
          size="small"
          items={[
            {
              key: "backtest",
              label: t.rules.editorTabs.backtest,
              children: <BacktestPanel key={rule.id} tried={{ id: rule.id }} place={`rule ${rule.id}`} />,
            },
          ]}
        />
      )}
      {rule.origin === "predefined" && <div className="muted">{t.rules.readOnly}</div>}
    </div>
  );
}

function Actions({ rule, onDeleted }: { rule: RuleDetail; onDeleted: () => void }) {
  const t = useText();
  const tell = useTell();
  const change = useSwitchRule();
  const remove = useDeleteRule();
  const may = useMay("admin");
  return (
    <div className="row">
      <Link to={to.alerts({ tab: rule.origin === "custom" ? "custom" : "aggregate", rule: rule.id })}>
        <Button size="small">{t.rules.viewAlerts}</Button>
      </Link>
      {may && (
        <Button
          size="small"
          loading={change.isPending}
          title={t.rules.testingHint}
          onClick={() => change.mutate({ id: rule.id, testing: !rule.testing }, { onError: tell.failed })}
        >
          {rule.testing ? `✓ ${t.rules.testing}` : t.rules.testing}
        </Button>
      )}
      {may && (
        <Link to={to.ruleNew({ copy: rule.id })}>
          <Button size="small">{t.common.copy}</Button>
        </Link>
      )}
      {may && rule.origin === "custom" && (
        <>
          <Link to={to.ruleEdit(rule.id)}>
            <Button size="small">{t.common.edit}</Button>
          </Link>
          <Popconfirm
            title={t.rules.deleteSure}
            onConfirm={() => remove.mutate(rule.id, { onSuccess: onDeleted, onError: tell.failed })}
          >
            <Button size="small" danger>
              {t.common.delete}
            </Button>
          </Popconfirm>
        </>
      )}
    </div>
  );
}
