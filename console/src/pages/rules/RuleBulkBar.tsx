import { Button } from "antd";
import { useMay } from "../../api/session";
import { SelectionBar } from "../../components/SelectionBar";
import { useText } from "../../i18n/text";

export interface RuleChange {
  enabled?: boolean;
  testing?: boolean;
}

/** What can be done to the selected rules. */
export function RuleBulkBar(props: {
  count: number;
  /** Rules that come with the product cannot be deleted. */
  deletable: boolean;
  onChange: (op: RuleChange) => void;
  onDelete: () => void;
  onClear: () => void;
}) {
  const t = useText();
  const may = useMay("admin");
  const { count, deletable, onChange, onDelete, onClear } = props;
  return (
    <SelectionBar label={t.rules.selected(count)} onClear={onClear}>
      <Button size="small" disabled={!may} onClick={() => onChange({ enabled: true })}>
        {t.rules.enable} <kbd>e</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={() => onChange({ enabled: false })}>
        {t.rules.disable} <kbd>d</kbd>
      </Button>
      <Button size="small" disabled={!may} title={t.rules.testingHint} onClick={() => onChange({ testing: true })}>
        {t.rules.tryOut} <kbd>t</kbd>
      </Button>
      <Button size="small" disabled={!may} onClick={() => onChange({ testing: false })}>
        {t.rules.tryOutEnd}
      </Button>
      <Button size="small" danger disabled={!may || !deletable} title={deletable ? undefined : t.rules.deleteNot} onClick={onDelete}>
        {t.common.delete} <kbd>Del</kbd>
      </Button>
    </SelectionBar>
  );
}
