import { Button, Select, type InputRef } from "antd";
import { useEffect, useReducer, useRef, useState, type RefObject } from "react";
import { useNavigate } from "react-router";
import { useEntities } from "../../api/entities";
import { useMay } from "../../api/session";
import { to } from "../../app/paths";
import { FilterBar, OneFilter, optionsOf, TextFilter } from "../../components/FilterBar";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { SelectionBar } from "../../components/SelectionBar";
import { TagDialog } from "../../components/TagDialog";
import { useFilters, type FilterState } from "../../filters/useFilters";
import { useText } from "../../i18n/text";
import { current, emptyList, listReducer, targets } from "../../keyboard/list";
import { useShortcuts } from "../../keyboard/shortcuts";
import { RANGES } from "../events/filters";
import { useEntityColumns } from "./columns";
import { ENTITY_SORTS, entityFilters, entityOf, idOf, toQuery, YES_NO, type EntityFilters } from "./filters";

/** Who and what alerts name, to be looked through and marked, by keyboard if one likes. */
export default function Entities() {
  const t = useText();
  const navigate = useNavigate();
  const state = useFilters(entityFilters);
  const may = useMay("responder");
  // Time ranges count from when the page was opened: rows do not leave the list while someone works on it.
  const [readAt] = useState(() => Date.now());
  const rows = useEntities(toQuery(state.filters, readAt));
  const [list, dispatch] = useReducer(listReducer, emptyList);
  const [marking, setMarking] = useState<boolean>();
  const search = useRef<InputRef>(null);

  const ids = JSON.stringify(rows.items.map(idOf));
  useEffect(() => dispatch({ type: "rows", ids: JSON.parse(ids) as string[] }), [ids]);
  const at = current(list);
  useEffect(() => {
    if (at !== undefined) document.querySelector(`tr[data-row="${CSS.escape(at)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const open = (id: string | undefined) => {
    if (id !== undefined) void navigate(to.entity(entityOf(id)));
  };
  const mark = (malicious: boolean) => {
    if (may && targets(list).length > 0) setMarking(malicious);
  };
  useShortcuts({
    j: () => dispatch({ type: "move", by: 1 }),
    k: () => dispatch({ type: "move", by: -1 }),
    ArrowDown: () => dispatch({ type: "move", by: 1 }),
    ArrowUp: () => dispatch({ type: "move", by: -1 }),
    x: () => dispatch({ type: "toggle" }),
    "Shift+X": () => dispatch({ type: "range" }),
    Enter: () => open(at),
    o: () => open(at),
    m: () => mark(true),
    u: () => mark(false),
    "/": () => search.current?.focus(),
    Escape: () => dispatch({ type: "clear" }),
  });

  return (
    <Page>
      <PageHead title={t.entities.title} subtitle={t.entities.subtitle}>
        <Select
          variant="borderless"
          aria-label={t.entities.sort[state.filters.sort]}
          popupMatchSelectWidth={false}
          value={state.filters.sort}
          options={ENTITY_SORTS.map((value) => ({ value, label: t.entities.sort[value] }))}
          onChange={(sort) => state.set({ sort })}
        />
      </PageHead>
      <Filters state={state} searchRef={search} />
      <PagedTable
        rows={rows}
        rowKey={idOf}
        columns={useEntityColumns()}
        width={900}
        currentId={at}
        onOpen={(entity) => open(idOf(entity))}
        rowSelection={{
          columnWidth: 36,
          selectedRowKeys: [...list.selected],
          onChange: (keys) => dispatch({ type: "select", ids: keys.map(String) }),
        }}
        empty={
          <Nothing
            title={t.entities.emptyTitle}
            hint={state.active ? t.entities.emptyFiltered : t.entities.empty}
          />
        }
      />
      {list.selected.size > 0 && (
        <SelectionBar label={t.entities.selected(list.selected.size)} onClear={() => dispatch({ type: "clear" })}>
          <Button size="small" disabled={!may} onClick={() => mark(true)}>
            {t.entities.tag} <kbd>m</kbd>
          </Button>
          <Button size="small" disabled={!may} onClick={() => mark(false)}>
            {t.entities.untag} <kbd>u</kbd>
          </Button>
        </SelectionBar>
      )}
      {marking !== undefined && (
        <TagDialog
          entities={targets(list).map(entityOf)}
          malicious={marking}
          onClose={() => setMarking(undefined)}
        />
      )}
    </Page>
  );
}

function Filters({ state, searchRef }: { state: FilterState<EntityFilters>; searchRef: RefObject<InputRef | null> }) {
  const t = useText();
  const { filters, set } = state;
  return (
    <FilterBar onClear={state.active ? state.clear : undefined}>
      <TextFilter
        inputRef={searchRef}
        value={filters.text}
        placeholder={t.entities.search}
        onChange={(text) => set({ text })}
      />
      <OneFilter
        label={t.entities.type}
        value={filters.type}
        options={optionsOf(t.words.entity)}
        onChange={(type) => set({ type })}
      />
      <Select
        aria-label={t.entities.malicious.any}
        popupMatchSelectWidth={false}
        value={filters.malicious}
        options={YES_NO.map((value) => ({ value, label: t.entities.malicious[value] }))}
        onChange={(malicious) => set({ malicious })}
      />
      <Select
        aria-label={t.entities.asset.any}
        popupMatchSelectWidth={false}
        value={filters.asset}
        options={YES_NO.map((value) => ({ value, label: t.entities.asset[value] }))}
        onChange={(asset) => set({ asset })}
      />
      <Select
        aria-label={t.common.time}
        popupMatchSelectWidth={false}
        value={filters.range}
        options={RANGES.map((value) => ({ value, label: t.events.range[value] }))}
        onChange={(range) => set({ range })}
      />
    </FilterBar>
  );
}
