// Moving through a list of rows by keyboard and selecting some of them, as a pure reducer. The cursor
// follows its row, not its position: rows may come and go under it.

export interface ListState {
  ids: readonly string[];
  /** Index of the row under the cursor; -1 before the first key. */
  cursor: number;
  selected: ReadonlySet<string>;
  /** Where a range selection starts. */
  anchor: number;
}

export type ListAction =
  | { type: "rows"; ids: readonly string[] }
  | { type: "move"; by: number }
  | { type: "point"; id: string }
  | { type: "toggle" }
  | { type: "range" }
  | { type: "select"; ids: readonly string[] }
  | { type: "clear" };

export const emptyList: ListState = { ids: [], cursor: -1, selected: new Set(), anchor: -1 };

/** The id under the cursor. */
export function current(state: ListState): string | undefined {
  return state.ids[state.cursor];
}

/** What a command acts on: the selected rows, or else the row under the cursor. */
export function targets(state: ListState): string[] {
  if (state.selected.size > 0) return state.ids.filter((id) => state.selected.has(id));
  const id = current(state);
  return id === undefined ? [] : [id];
}

export function listReducer(state: ListState, action: ListAction): ListState {
  switch (action.type) {
    case "rows":
      return withRows(state, action.ids);
    case "move": {
      if (state.ids.length === 0) return state;
      const from = state.cursor === -1 && action.by < 0 ? 0 : state.cursor;
      return { ...state, cursor: Math.min(Math.max(from + action.by, 0), state.ids.length - 1) };
    }
    case "point":
      return { ...state, cursor: state.ids.indexOf(action.id) };
    case "toggle": {
      const id = current(state);
      if (id === undefined) return state;
      const selected = new Set(state.selected);
      if (!selected.delete(id)) selected.add(id);
      return { ...state, selected, anchor: state.cursor };
    }
    case "range": {
      if (state.cursor === -1) return state;
      const anchor = state.anchor === -1 ? state.cursor : state.anchor;
      const [from, to] = anchor < state.cursor ? [anchor, state.cursor] : [state.cursor, anchor];
      return { ...state, anchor, selected: new Set([...state.selected, ...state.ids.slice(from, to + 1)]) };
    }
    case "select":
      return { ...state, selected: new Set(action.ids) };
    case "clear":
      return { ...state, selected: new Set(), anchor: -1 };
  }
}

/** New rows: the cursor stays on its row, or where that row was; what is gone is no longer selected. */
function withRows(state: ListState, ids: readonly string[]): ListState {
  const at = (index: number) => {
    const id = state.ids[index];
    const found = id === undefined ? -1 : ids.indexOf(id);
    return found === -1 ? Math.min(index, ids.length - 1) : found;
  };
  const known = new Set(ids);
  const selected = new Set([...state.selected].filter((id) => known.has(id)));
  return { ids, cursor: at(state.cursor), anchor: at(state.anchor), selected };
}
