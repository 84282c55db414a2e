import { Button } from "antd";
import { useMay } from "../../api/session";
import { SelectionBar } from "../../components/SelectionBar";
import { useText } from "../../i18n/text";

interface Props {
  count: number;
  onStatus: () => void;
  onAssign: () => void;
  onUnassign: () => void;
  onMerge: () => void;
  onClear: () => void;
}

/** What can be done to the selected events. */
export function BulkBar({ count, onStatus, onAssign, onUnassign, onMerge, onClear }: Props) {
  const t = useText();
  const may = useMay("responder");
  return (
    <SelectionBar label={t.events.selected(count)} onClear={onClear}>
      <Button size="small" disabled={!may} onClick={onStatus}>
        {t.events.setStatus} <kbd>s</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={onAssign}>
        {t.events.assignMe} <kbd>a</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={onUnassign}>
        {t.events.unassign}
      </Button>
      {count > 1 && (
        <Button size="small" disabled={!may} onClick={onMerge}>
          {t.graph.merge} <kbd>m</kbd>
        </Button>
      )}
    </SelectionBar>
  );
}
