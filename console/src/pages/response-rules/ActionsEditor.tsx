import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select } from "antd";
import type { ReactNode } from "react";
import { usePlaybooks } from "../../api/response";
import { usePlaces } from "../../api/scope";
import type { EventStatus, Level, ResponseAction } from "../../api/types";
import { DurationSelect } from "../../components/DurationSelect";
import { ScopeSelect } from "../../components/ScopeSelect";
import { useLocal, useText, word } from "../../i18n/text";
import css from "./ResponseRulePage.module.css";

type Kind = ResponseAction["action"];

const KINDS: Kind[] = ["run_playbook", "change_status", "change_level", "add_tag", "assign_owner"];

/** An action of a kind as it starts out. */
function fresh(kind: Kind): ResponseAction {
  switch (kind) {
    case "run_playbook":
      return {
        action: kind,
        playbook_id: "",
        entity_kind: "ip",
        role: "attacker",
        duration_seconds: 86_400,
        scope: "all",
      };
    case "change_status":
      return { action: kind, status: "handling" };
    case "change_level":
      return { action: kind, level: 4 };
    case "add_tag":
      return { action: kind, tag: "" };
    case "assign_owner":
      return { action: kind, owner: "" };
  }
}

interface Props {
  value?: ResponseAction[];
  onChange?: (actions: ResponseAction[]) => void;
}

/** The actions of a rule, in order. */
export function ActionsEditor({ value = [], onChange }: Props) {
  const t = useText();
  const replace = (at: number, action: ResponseAction) =>
    onChange?.(value.map((old, index) => (index === at ? action : old)));
  return (
    <div>
      {value.map((action, index) => (
        <div key={index} className={css.action}>
          <Select
            aria-label={t.responseRules.actions}
            value={action.action}
            options={KINDS.map((kind) => ({ value: kind, label: t.responseRules.action[kind] }))}
            onChange={(kind) => replace(index, fresh(kind))}
          />
          <div className={css.parameters}>
            <Parameters action={action} onChange={(next) => replace(index, next)} />
          </div>
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t.common.delete}
            onClick={() => onChange?.(value.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined />}
        style={{ marginTop: 10 }}
        onClick={() => onChange?.([...value, fresh("change_status")])}
      >
        {t.responseRules.addAction}
      </Button>
    </div>
  );
}

interface OneProps<A extends ResponseAction = ResponseAction> {
  action: A;
  onChange: (action: ResponseAction) => void;
}

function Parameters({ action, onChange }: OneProps) {
  const t = useText();
  switch (action.action) {
    case "run_playbook":
      return <RunPlaybook action={action} onChange={onChange} />;
    case "change_status":
      return (
        <Select<EventStatus>
          aria-label={t.common.status}
          style={{ width: 160 }}
          value={action.status}
          options={(Object.keys(t.words.status) as EventStatus[]).map((value) => ({ value, label: t.words.status[value] }))}
          onChange={(status) => onChange({ ...action, status })}
        />
      );
    case "change_level":
      return (
        <Select<Level>
          aria-label={t.common.level}
          style={{ width: 160 }}
          value={action.level}
          options={([5, 4, 3, 2, 1] as const).map((value) => ({ value, label: t.words.level[value] }))}
          onChange={(level) => onChange({ ...action, level })}
        />
      );
    case "add_tag":
      return (
        <Input
          aria-label={t.responseRules.tag}
          placeholder={t.responseRules.tag}
          style={{ width: 220 }}
          value={action.tag}
          onChange={(event) => onChange({ ...action, tag: event.target.value })}
        />
      );
    case "assign_owner":
      return (
        <Input
          aria-label={t.responseRules.owner}
          placeholder={t.responseRules.owner}
          style={{ width: 220 }}
          value={action.owner}
          onChange={(event) => onChange({ ...action, owner: event.target.value })}
        />
      );
  }
}

const ANY = "any";

type Run = Extract<ResponseAction, { action: "run_playbook" }>;

function RunPlaybook({ action, onChange }: OneProps<Run>) {
  const t = useText();
  const local = useLocal();
  const playbooks = usePlaybooks();
  const { places, isLoading } = usePlaces();
  const chosen = playbooks.data?.find((playbook) => playbook.id === action.playbook_id);
  const kinds = chosen?.entity_kinds ?? [action.entity_kind];
  return (
    <>
      <Parameter label={t.responseRules.playbook}>
        <Select
          aria-label={t.responseRules.playbook}
          style={{ width: 240 }}
          loading={playbooks.isLoading}
          status={action.playbook_id === "" ? "warning" : ""}
          value={action.playbook_id || undefined}
          placeholder={t.responseRules.playbook}
          options={(playbooks.data ?? []).map((playbook) => ({ value: playbook.id, label: local(playbook.name) }))}
          onChange={(playbook_id) => onChange({ ...action, playbook_id })}
        />
      </Parameter>
      <Parameter label={t.responseRules.entity}>
        <Select
          aria-label={t.responseRules.entity}
          style={{ width: 110 }}
          value={action.role ?? ANY}
          options={[
            { value: ANY, label: t.responseRules.anyRole },
            ...(["attacker", "victim", "artefact"] as const).map((value) => ({ value, label: t.words.role[value] })),
          ]}
          onChange={(role) => onChange({ ...action, role: role === ANY ? null : role })}
        />
        <Select
          aria-label={t.common.entity}
          style={{ width: 120 }}
          value={action.entity_kind}
          options={kinds.map((value) => ({ value, label: word(t.words.entity, value) }))}
          onChange={(entity_kind) => onChange({ ...action, entity_kind })}
        />
      </Parameter>
      <Checkbox
        checked={action.malicious_only ?? false}
        onChange={(event) => onChange({ ...action, malicious_only: event.target.checked })}
      >
        {t.responseRules.maliciousOnly}
      </Checkbox>
      <Parameter label={t.responseRules.duration}>
        <DurationSelect
          {...(action.duration_seconds && { value: action.duration_seconds })}
          onChange={(duration_seconds) => onChange({ ...action, duration_seconds })}
        />
      </Parameter>
      <Parameter label={t.responseRules.scope}>
        <Select
          aria-label={t.responseRules.scope}
          style={{ width: 170 }}
          value={action.scope === "all" ? "all" : "chosen"}
          options={[
            { value: "all", label: t.responseRules.scopeAll },
            { value: "chosen", label: t.responseRules.scopeChosen },
          ]}
          onChange={(scope) => onChange({ ...action, scope: scope === "all" ? "all" : [] })}
        />
        {action.scope !== "all" && (
          <ScopeSelect
            value={action.scope}
            places={places}
            loading={isLoading}
            label={t.responseRules.scopeChosen}
            onChange={(scope) => onChange({ ...action, scope })}
          />
        )}
      </Parameter>
    </>
  );
}

function Parameter({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span className={css.parameter}>
      <span>{label}</span>
      {children}
    </span>
  );
}
