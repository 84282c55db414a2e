import { Button, Select, type InputRef } from "antd";
import { useEffect, useReducer, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useChangeEvents, useEvents } from "../../api/events";
import { useLive } from "../../api/live";
import { useMay, useSession } from "../../api/session";
import type { EventChange } from "../../api/types";
import { to } from "../../app/paths";
import { MergeDialog } from "../../components/MergeDialog";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { useTell } from "../../components/useTell";
import { useFilters } from "../../filters/useFilters";
import { useText } from "../../i18n/text";
import { current, emptyList, listReducer, targets } from "../../keyboard/list";
import { useShortcuts } from "../../keyboard/shortcuts";
import { BulkBar } from "./BulkBar";
import { useEventColumns } from "./columns";
import { EventFilterBar } from "./EventFilterBar";
import { EventPreview } from "./EventPreview";
import { eventFilters, SORTS, toQuery } from "./filters";
import css from "./EventQueue.module.css";
import { StatusDialog } from "./StatusDialog";

/** What is new and needs someone: the list people work through, by keyboard if they like. */
export default function EventQueue() {
  const t = useText();
  const navigate = useNavigate();
  const state = useFilters(eventFilters);
  const me = useSession().data?.user.name ?? "";
  const mayChange = useMay("responder");
  // Time ranges count from the last reading: rows do not leave the list while someone works on it.
  const [readAt, setReadAt] = useState(() => Date.now());
  const rows = useEvents(toQuery(state.filters, me, readAt));
  const live = useLive();
  const [list, dispatch] = useReducer(listReducer, emptyList);
  const [preview, setPreview] = useState(false);
  const [settingStatus, setSettingStatus] = useState(false);
  const [merging, setMerging] = useState<string[] | null>(null);
  const search = useRef<InputRef>(null);
  const change = useBulkChange();

  const ids = rows.items.map((event) => event.id).join(" ");
  useEffect(() => dispatch({ type: "rows", ids: ids === "" ? [] : ids.split(" ") }), [ids]);
  const at = current(list);
  useEffect(() => {
    document.querySelector(`tr[data-row="${at}"]`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const reload = () => {
    live.seeEvents();
    setReadAt(Date.now());
    rows.refetch();
  };
  const open = () => {
    if (at) void navigate(to.event(at));
  };
  const assign = (owner: string | null) => {
    if (mayChange && targets(list).length > 0) change(targets(list), { owner });
  };
  const merge = () => {
    if (mayChange && list.selected.size > 1) setMerging([...list.selected]);
  };
  useShortcuts({
    j: () => dispatch({ type: "move", by: 1 }),
    k: () => dispatch({ type: "move", by: -1 }),
    ArrowDown: () => dispatch({ type: "move", by: 1 }),
    ArrowUp: () => dispatch({ type: "move", by: -1 }),
    x: () => dispatch({ type: "toggle" }),
    "Shift+X": () => dispatch({ type: "range" }),
    Enter: open,
    o: open,
    Space: () => setPreview((shown) => !shown && at !== undefined),
    "/": () => search.current?.focus(),
    s: () => setSettingStatus(mayChange && targets(list).length > 0),
    a: () => assign(me),
    m: () => merge(),
    r: reload,
    Escape: () => (preview ? setPreview(false) : dispatch({ type: "clear" })),
  });

  const shown = rows.items.find((event) => event.id === at);
  return (
    <Page>
      <PageHead title={t.events.title} subtitle={t.events.window}>
        <Select
          variant="borderless"
          aria-label={t.events.sort[state.filters.sort]}
          popupMatchSelectWidth={false}
          value={state.filters.sort}
          options={SORTS.map((value) => ({ value, label: t.events.sort[value] }))}
          onChange={(sort) => state.set({ sort })}
        />
        {live.freshEvents.size > 0 && (
          <Button type="primary" shape="round" size="small" className={css.pill ?? ""} onClick={reload}>
            {t.events.fresh(live.freshEvents.size)}
          </Button>
        )}
      </PageHead>
      <EventFilterBar state={state} searchRef={search} />
      <PagedTable
        rows={rows}
        rowKey={(event) => event.id}
        columns={useEventColumns()}
        width={980}
        currentId={at}
        onOpen={(event) => {
          dispatch({ type: "point", id: event.id });
          setPreview(true);
        }}
        rowSelection={{
          columnWidth: 36,
          selectedRowKeys: [...list.selected],
          onChange: (keys) => dispatch({ type: "select", ids: keys.map(String) }),
        }}
        empty={<Empty filtered={state.active} onAll={() => state.set({ view: "all", status: [] })} />}
      />
      {list.selected.size > 0 && (
        <BulkBar
          count={list.selected.size}
          onStatus={() => setSettingStatus(true)}
          onAssign={() => assign(me)}
          onUnassign={() => assign(null)}
          onMerge={() => setMerging([...list.selected])}
          onClear={() => dispatch({ type: "clear" })}
        />
      )}
      <EventPreview event={preview ? shown : undefined} onClose={() => setPreview(false)} />
      {merging && (
        <MergeDialog ids={merging} onClose={() => setMerging(null)} onDone={() => dispatch({ type: "clear" })} />
      )}
      {settingStatus && (
        <StatusDialog
          count={targets(list).length}
          onClose={() => setSettingStatus(false)}
          onPick={(status) => change(targets(list), { status })}
        />
      )}
    </Page>
  );
}

/** Changes many events and tells how many took it; a refused one keeps its state and says why. */
function useBulkChange(): (ids: string[], op: EventChange) => void {
  const t = useText().events;
  const tell = useTell();
  const change = useChangeEvents();
  return (ids, op) =>
    change.mutate(
      { ids, op },
      {
        onError: tell.failed,
        onSuccess: ({ results }) => {
          const failed = results.filter((result) => !result.ok).length;
          tell.done(failed === 0 ? t.done(results.length) : t.partly(results.length - failed, failed));
        },
      },
    );
}

function Empty({ filtered, onAll }: { filtered: boolean; onAll: () => void }) {
  const t = useText().events;
  return (
    <Nothing
      title={t.emptyTitle}
      hint={filtered ? t.emptyFiltered : t.emptyOpen}
      action={
        <div className="row">
          <Button onClick={onAll}>{t.showAll}</Button>
          {!filtered && (
            <Link to={to.sourceNew()}>
              <Button type="primary">{t.connectSource}</Button>
            </Link>
          )}
        </div>
      }
    />
  );
}
