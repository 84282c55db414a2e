import { Button, Checkbox } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useRecommendations } from "../../api/events";
import { usePlaces, type Place } from "../../api/scope";
import { useMay } from "../../api/session";
import type { Recommendation, ScopeMember } from "../../api/types";
import { to } from "../../app/paths";
import { DurationSelect } from "../../components/DurationSelect";
import { EntityChip } from "../../components/EntityChip";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Nothing } from "../../components/Nothing";
import { Panel } from "../../components/PageHead";
import { ScopeSelect } from "../../components/ScopeSelect";
import { Badge } from "../../components/Status";
import { useLocal, useText } from "../../i18n/text";
import css from "./ActionsTab.module.css";
import { EventPolicies } from "./EventPolicies";
import { RespondDialog, type Choice } from "./RespondDialog";

const keyOf = (row: Recommendation) => `${row.entity.type}:${row.entity.value}:${row.playbook.id}`;

interface Changed {
  chosen?: boolean;
  seconds?: number;
  scope?: ScopeMember[];
}

/** What can be done about this event: per entity one playbook, where, for how long, at what cost. */
export function ActionsTab({ id }: { id: string }) {
  const t = useText();
  const recommendations = useRecommendations(id);
  const { places } = usePlaces();
  const may = useMay("responder");
  const [changed, setChanged] = useState<Record<string, Changed>>({});
  const [confirming, setConfirming] = useState(false);

  if (recommendations.error) {
    return <Failure error={recommendations.error} onRetry={() => void recommendations.refetch()} />;
  }
  if (!recommendations.data) return <Loading />;
  const choices: Choice[] = recommendations.data
    .map((row) => {
      const own = changed[keyOf(row)];
      return {
        row,
        // The server marks what anyone would do: it is chosen beforehand.
        chosen: own?.chosen ?? (row.level === 2 && row.available),
        seconds: own?.seconds ?? row.default_duration_seconds,
        scope: own?.scope ?? row.scope,
      };
    });
  const chosen = choices.filter((choice) => choice.chosen && choice.row.available && choice.scope.length > 0);
  const change = (row: Recommendation, what: Changed) =>
    setChanged((now) => ({ ...now, [keyOf(row)]: { ...now[keyOf(row)], ...what } }));
  return (
    <div className="stack">
      <Panel>
        {choices.length === 0 && <NoRecommendation />}
        {choices.map((choice) => (
          <Row
            key={keyOf(choice.row)}
            choice={choice}
            places={places}
            disabled={!may}
            onChange={(what) => change(choice.row, what)}
          />
        ))}
        {choices.length > 0 && (
          <div className={css.foot}>
            <span className="muted">{may ? t.event.confirmUndo : t.common.noPermission}</span>
            <Button type="primary" disabled={!may || chosen.length === 0} onClick={() => setConfirming(true)}>
              {t.event.respondTo(chosen.length)}
            </Button>
          </div>
        )}
      </Panel>
      <EventPolicies event={id} />
      {confirming && (
        <RespondDialog
          event={id}
          choices={chosen}
          onClose={() => setConfirming(false)}
          onStarted={() => setChanged({})}
        />
      )}
    </div>
  );
}

interface RowProps {
  choice: Choice;
  places: Place[];
  disabled: boolean;
  onChange: (what: Changed) => void;
}

function Row({ choice: { row, chosen, seconds, scope }, places, disabled, onChange }: RowProps) {
  const t = useText();
  const local = useLocal();
  const off = disabled || !row.available;
  return (
    <div className={css.row} data-chosen={chosen}>
      <Checkbox
        checked={chosen}
        disabled={off}
        aria-label={row.entity.value}
        onChange={(event) => onChange({ chosen: event.target.checked })}
      />
      <div className={css.what}>
        <EntityChip entity={row.entity} />
        <div className="row">
          <strong>{local(row.playbook.name)}</strong>
          {row.level === 2 && <Badge tone="info">{t.event.level2}</Badge>}
        </div>
        {!row.available && <span className={css.reason}>{local(row.unavailable_reason)}</span>}
      </div>
      <div className={css.cost}>
        <span className="muted">{t.event.legitimate}</span>
        {row.requests_24h === 0 ? (
          <span className={css.safe}>{t.event.legitimateNone}</span>
        ) : (
          <strong className={css.risky}>{t.event.legitimateSome(row.requests_24h)}</strong>
        )}
      </div>
      <ScopeSelect
        value={scope}
        places={places}
        label={t.event.scope}
        onChange={(next) => onChange({ scope: next, chosen: next.length > 0 })}
      />
      <DurationSelect value={seconds} onChange={(next) => onChange({ seconds: next, chosen: true })} />
    </div>
  );
}

function NoRecommendation() {
  const t = useText().event;
  return (
    <Nothing
      title={t.recommendEmpty}
      hint={t.recommendEmptyHint}
      action={
        <Link to={to.sources({ tab: "connections" })}>
          <Button>{t.addConnection}</Button>
        </Link>
      }
    />
  );
}
