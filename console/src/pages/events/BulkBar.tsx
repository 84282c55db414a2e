import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useMay } from "../../api/session";
import { useText } from "../../i18n/text";
import css from "./EventQueue.module.css";

interface Props {
  count: number;
  onStatus: () => void;
  onAssign: () => void;
  onUnassign: () => void;
  onClear: () => void;
}

/** What can be done to the selected events. */
export function BulkBar({ count, onStatus, onAssign, onUnassign, onClear }: Props) {
  const t = useText();
  const may = useMay("responder");
  return (
    <div className={css.bulk} role="toolbar" aria-label={t.events.selected(count)}>
      <strong>{t.events.selected(count)}</strong>
      <Button size="small" disabled={!may} onClick={onStatus}>
        {t.events.setStatus} <kbd>s</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={onAssign}>
        {t.events.assignMe} <kbd>a</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={onUnassign}>
        {t.events.unassign}
      </Button>
      <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t.common.close} onClick={onClear} />
    </div>
  );
}
