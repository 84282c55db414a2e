import { Button, Table, type TableProps } from "antd";
import type { ReactNode } from "react";
import type { Paged } from "../api/pages";
import { useText } from "../i18n/text";
import { Failure } from "./Failure";
import { Panel } from "./PageHead";
import css from "./PagedTable.module.css";

interface Props<T> extends Pick<TableProps<T>, "columns" | "expandable" | "rowSelection"> {
  rows: Paged<T>;
  rowKey: (row: T) => string;
  empty: ReactNode;
  onOpen?: (row: T) => void;
  currentId?: string | undefined;
  /** Least width before the table scrolls sideways. */
  width?: number;
}

/** A list as a table: rows of all pages read so far, and a way to the next one. */
export function PagedTable<T extends object>(props: Props<T>) {
  const { rows, rowKey, onOpen, currentId } = props;
  if (rows.error) return <Failure error={rows.error} onRetry={rows.refetch} />;
  return (
    <Panel>
      <Table<T>
        size="small"
        rowKey={rowKey}
        columns={props.columns ?? []}
        dataSource={rows.items}
        loading={{ spinning: rows.isLoading, delay: 250 }}
        pagination={false}
        scroll={{ x: props.width ?? 960 }}
        locale={{ emptyText: rows.isLoading ? <div className={css.wait} /> : props.empty }}
        {...(props.expandable && { expandable: props.expandable })}
        {...(props.rowSelection && { rowSelection: props.rowSelection })}
        rowClassName={(row) => `${onOpen ? "is-link" : ""} ${rowKey(row) === currentId ? "is-current" : ""}`}
        onRow={(row) => ({ "data-row": rowKey(row), ...(onOpen && { onClick: () => onOpen(row) }) })}
      />
      <Foot rows={rows} />
    </Panel>
  );
}

function Foot<T>({ rows }: { rows: Paged<T> }) {
  const t = useText().common;
  if (!rows.total || rows.items.length === 0) return null;
  const total = rows.total.exact ? String(rows.total.value) : t.atLeast(rows.total.value);
  return (
    <div className={css.foot}>
      <span className="muted number">{t.shown(rows.items.length, total)}</span>
      {rows.hasMore && (
        <Button size="small" loading={rows.isLoadingMore} onClick={rows.loadMore}>
          {t.loadMore}
        </Button>
      )}
    </div>
  );
}

/** A short list that came whole, for the same table. */
export function whole<T>(query: {
  data: T[] | undefined;
  error: Error | null;
  isLoading: boolean;
  isFetching: boolean;
  refetch: () => unknown;
}): Paged<T> {
  return {
    items: query.data ?? [],
    total: query.data && { value: query.data.length, exact: true },
    isLoading: query.isLoading,
    isRefreshing: query.isFetching,
    error: query.error,
    hasMore: false,
    isLoadingMore: false,
    loadMore: () => undefined,
    refetch: () => void query.refetch(),
  };
}
