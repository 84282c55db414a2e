import { Switch, type TableColumnsType } from "antd";
import { usePatterns } from "../../api/patterns";
import { useMay } from "../../api/session";
import { usePatternSwitch } from "../../api/tuning";
import type { Pattern } from "../../api/types";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { useTell } from "../../components/useTell";
import { useUrlValue } from "../../filters/useFilters";
import { formatDuration } from "../../format/duration";
import { useLocal, useText } from "../../i18n/text";
import { PatternDrawer } from "./PatternDrawer";

/** The expert patterns: which alerts, in which order, are one event. */
export function PatternsTab() {
  const t = useText().patterns;
  const patterns = usePatterns();
  const [open, setOpen] = useUrlValue("pattern");
  return (
    <div className="stack">
      <div className="muted">{t.hint}</div>
      <PagedTable
        rows={whole(patterns)}
        rowKey={(pattern) => pattern.id}
        columns={useColumns()}
        width={1000}
        currentId={open}
        onOpen={(pattern) => setOpen(pattern.id)}
        empty={<Nothing title={t.emptyTitle} hint={t.empty} />}
      />
      <PatternDrawer id={open} onClose={() => setOpen("")} />
    </div>
  );
}

function useColumns(): TableColumnsType<Pattern> {
  const t = useText();
  const tell = useTell();
  const may = useMay("admin");
  const patterns = usePatternSwitch();
  const local = useLocal();
  return [
    {
      title: t.common.enabled,
      width: 78,
      render: (_, pattern) => (
        <Switch
          size="small"
          disabled={!may || !patterns.known || patterns.isPending}
          checked={!patterns.off.has(pattern.id)}
          aria-label={`${t.common.enabled}: ${local(pattern.title)}`}
          onClick={(_on, click) => click.stopPropagation()}
          onChange={(on) => void patterns.turn(pattern.id, on).catch(tell.failed)}
        />
      ),
    },
    {
      title: t.common.level,
      width: 92,
      render: (_, pattern) => (pattern.level ? <LevelTag level={pattern.level} /> : <span className="muted">—</span>),
    },
    {
      title: t.patterns.pattern,
      render: (_, pattern) => (
        <div>
          <div style={{ fontWeight: 500 }}>{local(pattern.title)}</div>
          <div className="mono muted">{pattern.id}</div>
        </div>
      ),
    },
    {
      title: t.patterns.steps,
      render: (_, pattern) => pattern.steps.map((step) => local(step.name)).join(" → "),
    },
    {
      title: t.patterns.within,
      width: 110,
      render: (_, pattern) => <span className="number">{formatDuration(pattern.within_seconds, t.words.duration)}</span>,
    },
    {
      title: t.patterns.events,
      width: 140,
      render: (_, pattern) => (
        <div>
          <div className="number">{pattern.events}</div>
          {pattern.last_time && <Moment at={pattern.last_time} />}
        </div>
      ),
    },
  ];
}
