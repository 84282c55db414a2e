import { Button, Checkbox } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useAlert } from "../../api/alerts";
import { useEventGraph, useUncut } from "../../api/graph";
import { useMay } from "../../api/session";
import type { EventGraph, GraphEdge } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { MergeDialog } from "../../components/MergeDialog";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { useTell } from "../../components/useTell";
import { useWidth } from "../../components/useWidth";
import { useLocal, useText } from "../../i18n/text";
import { drawGraph, LEAST } from "./graphDrawing";
import { CutDialog } from "./CutDialog";
import { EdgePanel } from "./EdgePanel";
import { GraphPicture } from "./GraphPicture";
import css from "./GraphTab.module.css";

interface Props {
  id: string;
  onAlert: (id: string) => void;
}

/** How the alerts of an event hang together: every link says why it is there and can be cut. */
export function GraphTab({ id, onAlert }: Props) {
  const t = useText().graph;
  const graph = useEventGraph(id);
  if (graph.error) return <Failure error={graph.error} onRetry={() => void graph.refetch()} />;
  if (!graph.data) return <Loading />;
  const { edges, cuts, related } = graph.data;
  if (edges.length === 0 && cuts.length === 0 && related.length === 0) {
    return <Nothing title={t.empty} hint={t.emptyHint} />;
  }
  return <Graph id={id} graph={graph.data} onAlert={onAlert} />;
}

function Graph({ id, graph, onAlert }: Props & { graph: EventGraph }) {
  const t = useText().graph;
  const local = useLocal();
  const [onlyTree, setOnlyTree] = useState(false);
  const [ref, width] = useWidth<HTMLDivElement>(LEAST);
  const [chosen, setChosen] = useState<GraphEdge | null>(null);
  // Not a part of the link's panel: that goes with the link, and what came of the cut is still to be told.
  const [cutting, setCutting] = useState<GraphEdge | null>(null);
  const drawn = useMemo(() => drawGraph(graph, onlyTree, width), [graph, onlyTree, width]);
  const titles = new Map(graph.nodes.map((node) => [node.alert_id, local(node.title)]));
  // After a refresh the same link is another object, or is gone.
  const current = graph.edges.find((edge) => edge.from === chosen?.from && edge.to === chosen.to && edge.kind === chosen.kind);
  return (
    <div className={css.graph}>
      <header className={css.head}>
        <span>{t.alerts}</span>
        <Checkbox checked={onlyTree} onChange={(event) => setOnlyTree(event.target.checked)}>
          {t.onlyTree}
        </Checkbox>
        <span>{t.entities}</span>
      </header>
      <div ref={ref} className={css.canvas}>
        <GraphPicture drawn={drawn} chosen={current} titles={titles} onEdge={setChosen} onAlert={onAlert} />
      </div>
      {drawn.nodes.length < graph.nodes.length && (
        <p className={css.note}>{t.shown(drawn.nodes.length, graph.nodes.length)}</p>
      )}
      <div className={css.panel} aria-live="polite">
        {current ? (
          <EdgePanel edge={current} titles={titles} onCut={() => setCutting(current)} />
        ) : (
          <span className="muted">{t.pick}</span>
        )}
      </div>
      <Cuts graph={graph} titles={titles} />
      <Related id={id} graph={graph} />
      {cutting && <CutDialog event={id} edge={cutting} onClose={() => setCutting(null)} />}
    </div>
  );
}

/** What people cut, each cut one click from being taken back. */
function Cuts({ graph, titles }: { graph: EventGraph; titles: ReadonlyMap<string, string> }) {
  const t = useText().graph;
  const may = useMay("responder");
  const tell = useTell();
  const uncut = useUncut();
  if (graph.cuts.length === 0) return null;
  return (
    <section className={css.list}>
      <h3>{t.cuts}</h3>
      {graph.cuts.map((cut) => (
        <div key={cut.id} className={css.line}>
          <span className="grow">
            <AlertTitle id={cut.from} titles={titles} /> / <AlertTitle id={cut.to} titles={titles} />
            <span className="muted">
              {" "}
              · {t.cutBy(cut.by)} · <Moment at={cut.at} /> · {cut.reason}
            </span>
          </span>
          <Button
            size="small"
            disabled={!may}
            loading={uncut.isPending}
            onClick={() =>
              uncut.mutate(cut.id, { onSuccess: () => tell.done(t.uncutDone), onError: tell.failed })
            }
          >
            {t.uncut}
          </Button>
        </div>
      ))}
    </section>
  );
}

/** What an alert is called, also one that is in another event by now. */
function AlertTitle({ id, titles }: { id: string; titles: ReadonlyMap<string, string> }) {
  const local = useLocal();
  const here = titles.get(id);
  const elsewhere = useAlert(here === undefined ? id : "");
  return here ?? (elsewhere.data ? local(elsewhere.data.title) : id);
}

/** Events that may be the same attack, each with why. */
function Related({ id, graph }: { id: string; graph: EventGraph }) {
  const t = useText().graph;
  const local = useLocal();
  const may = useMay("responder");
  const [merging, setMerging] = useState<string | null>(null);
  if (graph.related.length === 0) return null;
  return (
    <section className={css.list}>
      <h3>{t.related}</h3>
      {graph.related.map((related) => (
        <div key={related.event_id} className={css.line}>
          <span className="grow">
            <Link to={to.event(related.event_id)}>{local(related.title)}</Link>
            <span className="muted"> · {local(related.reason)}</span>
          </span>
          <Button size="small" disabled={!may} onClick={() => setMerging(related.event_id)}>
            {t.merge}
          </Button>
        </div>
      ))}
      {merging !== null && <MergeDialog ids={[id, merging]} onClose={() => setMerging(null)} />}
    </section>
  );
}
