import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { Link } from "react-router";
import { useBlocked } from "../../api/disposal";
import type { Blocked } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Countdown } from "../../components/Moment";
import { Panel } from "../../components/PageHead";
import { Badge, Status, toneOf } from "../../components/Status";
import { useText, word } from "../../i18n/text";
import css from "./Disposal.module.css";

/** "Is 203.0.113.7 blocked, where, why, until when?" */
export function BlockedAnswer({ value, onClose }: { value: string; onClose: () => void }) {
  const t = useText();
  const blocked = useBlocked(value);
  return (
    <div className={css.answer}>
      <Panel
        title={t.disposal.askTitle(value)}
        extra={<Button type="text" size="small" icon={<CloseOutlined />} aria-label={t.common.close} onClick={onClose} />}
      >
        <div className={css.answerBody}>
          {blocked.error && <Failure error={blocked.error} />}
          {blocked.isLoading && <Loading />}
          {blocked.data && (
            <Status tone={blocked.data.length > 0 ? "good" : "idle"}>
              <strong>{blocked.data.length > 0 ? t.disposal.askYes(blocked.data.length) : t.disposal.askNo}</strong>
            </Status>
          )}
          {blocked.data?.map((lease) => <Lease key={lease.lease} lease={lease} />)}
        </div>
      </Panel>
    </div>
  );
}

function Lease({ lease }: { lease: Blocked }) {
  const t = useText();
  return (
    <div className={css.lease}>
      <div className="row wrap">
        <span className="mono">{lease.entity.value}</span>
        <span>{lease.system}</span>
        <span className="mono muted">{lease.scope.instance}</span>
        <Status tone={toneOf(lease.state)}>{word(t.disposal.leaseState, lease.state)}</Status>
        {lease.drift && (
          <Badge tone="warn" hint={t.disposal.driftHint}>
            {t.disposal.drift}
          </Badge>
        )}
      </div>
      <ul>
        {lease.reasons.map((reason) => (
          <li key={reason.policy}>
            {word(t.words.policySource, reason.source)}{" "}
            {reason.origin_event && <Link to={to.event(reason.origin_event)}>{t.disposal.event}</Link>} ·{" "}
            <Countdown until={reason.expires_at} />
          </li>
        ))}
      </ul>
    </div>
  );
}
