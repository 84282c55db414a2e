import { FilterOutlined } from "@ant-design/icons";
import { Button, Segmented, Select, type InputRef } from "antd";
import { useState, type RefObject } from "react";
import { useSourceProducts } from "../../api/sources";
import { FilterBar, ManyFilter, OneFilter, optionsOf, TextFilter } from "../../components/FilterBar";
import { TACTICS } from "../../components/Tactics";
import type { FilterState } from "../../filters/useFilters";
import { useLocal, useText } from "../../i18n/text";
import { RANGES, STATUSES, type EventFilters } from "./filters";

interface Props {
  state: FilterState<EventFilters>;
  searchRef: RefObject<InputRef | null>;
}

const VIEWS = ["open", "mine", "all"] as const;
const LEVELS = ["5", "4", "3", "2", "1"] as const;

export function EventFilterBar({ state, searchRef }: Props) {
  const t = useText();
  const { filters, set } = state;
  const rare = [filters.side, filters.provider, filters.product, filters.tactic, filters.account].some((value) => value.length > 0);
  const [more, setMore] = useState(rare);
  return (
    <FilterBar onClear={state.active ? state.clear : undefined}>
      <Segmented
        value={filters.view}
        options={VIEWS.map((value) => ({ value, label: t.events.views[value] }))}
        onChange={(view) => set({ view, status: [] })}
      />
      <TextFilter
        inputRef={searchRef}
        width={220}
        value={filters.text}
        placeholder={t.events.search}
        onChange={(text) => set({ text })}
      />
      <ManyFilter
        label={t.common.level}
        value={filters.level}
        options={LEVELS.map((value) => ({ value, label: t.words.level[value] }))}
        onChange={(level) => set({ level })}
      />
      <ManyFilter
        label={t.common.status}
        value={filters.status}
        options={STATUSES.map((value) => ({ value, label: t.words.status[value] }))}
        onChange={(status) => set({ status })}
      />
      <TextFilter
        plain
        width={170}
        value={filters.entity}
        placeholder={t.events.entityFilter}
        onChange={(entity) => set({ entity })}
      />
      <Select
        aria-label={t.common.time}
        popupMatchSelectWidth={false}
        value={filters.range}
        options={RANGES.map((value) => ({ value, label: t.events.range[value] }))}
        onChange={(range) => set({ range })}
      />
      <Button type="text" icon={<FilterOutlined />} aria-expanded={more} onClick={() => setMore(!more)}>
        {more ? t.events.fewerFilters : t.events.moreFilters}
      </Button>
      {more && <RareFilters state={state} />}
    </FilterBar>
  );
}

function RareFilters({ state: { filters, set } }: Pick<Props, "state">) {
  const t = useText();
  const local = useLocal();
  const products = useSourceProducts().data ?? [];
  return (
    <div className="row wrap" style={{ flexBasis: "100%" }}>
      <ManyFilter
        label={t.common.side}
        value={filters.side}
        options={optionsOf(t.words.side)}
        onChange={(side) => set({ side })}
      />
      <OneFilter
        label={t.common.provider}
        value={filters.provider}
        options={optionsOf(t.words.provider)}
        onChange={(provider) => set({ provider })}
      />
      <OneFilter
        label={t.common.product}
        value={filters.product}
        options={products.map((item) => ({ value: item.product, label: local(item.title) }))}
        onChange={(product) => set({ product })}
      />
      <OneFilter
        label={t.common.tactic}
        value={filters.tactic}
        options={TACTICS.map((value) => ({ value, label: t.words.tactic[value] }))}
        onChange={(tactic) => set({ tactic })}
      />
      <TextFilter
        plain
        width={170}
        value={filters.account}
        placeholder={t.events.accountFilter}
        onChange={(account) => set({ account })}
      />
    </div>
  );
}
