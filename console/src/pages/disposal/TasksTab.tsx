import { useTasks } from "../../api/disposal";
import { FilterBar, ManyFilter, optionsOf } from "../../components/FilterBar";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { list, type Codec } from "../../filters/codec";
import { useFilters } from "../../filters/useFilters";
import { useText } from "../../i18n/text";
import css from "./Disposal.module.css";
import { useTaskColumns } from "./taskColumns";

interface Filters {
  status: string[];
}

const codec: Codec<Filters> = { status: list() };

export function TasksTab() {
  const t = useText();
  const { filters, set, clear, active } = useFilters(codec);
  const rows = useTasks({ status: filters.status.length > 0 ? filters.status : undefined });
  return (
    <>
      <div className={css.bar}>
        <FilterBar onClear={active ? clear : undefined}>
          <ManyFilter
            label={t.common.status}
            value={filters.status}
            options={optionsOf(t.words.task)}
            onChange={(status) => set({ status })}
          />
        </FilterBar>
      </div>
      <PagedTable
        rows={rows}
        rowKey={(task) => task.id}
        columns={useTaskColumns(true)}
        width={1040}
        empty={<Nothing title={t.disposal.taskEmpty} hint={t.disposal.taskEmptyHint} />}
      />
    </>
  );
}
